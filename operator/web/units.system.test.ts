import { operatorClient } from '@windlass/wire/operator'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureConsole } from './build.ts'
import { openBrowser, seriousFindings } from './story/browser.ts'
import { type FleetProgram, startFleet } from './story/fleet-program.ts'
import { connectUnit, fillReleases, type PlayedUnit, springStatus } from './story/units.ts'

// Others may keep the machine busy: how long something takes is no verdict.
const patienceMs = 60_000

let fleet: FleetProgram
let browser: Browser
let units: PlayedUnit[]
beforeAll(async () => {
  await ensureConsole()
  ;[fleet, browser] = await Promise.all([startFleet(), openBrowser()])
  await fillReleases(fleet)
  units = []
  for (const id of ['barge-1', 'barge-2', 'barge-3']) units.push(await connectUnit(fleet, id, 'barge'))
  units.push(await connectUnit(fleet, 'tug-1', 'tug'))
}, 180_000)
afterAll(async () => {
  await browser?.close()
  for (const unit of units ?? []) unit.leave()
  await fleet?.stop()
}, 60_000)

async function tab(path: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage()
  page.setDefaultTimeout(patienceMs)
  await page.goto(fleet.url + path)
  await page.getByRole('heading', { level: 1 }).waitFor()
  return page
}

describe('units in the console', { timeout: 240_000 }, () => {
  it('are let in by a claim, whose token is shown once, until it is withdrawn', async () => {
    const page = await tab('/units')
    await page.getByRole('link', { name: 'Claims' }).click()
    await page.getByText('No unit may enrol now: no claim is open.').waitFor()
    await page.getByRole('button', { name: 'Make a claim' }).click()
    await page.getByLabel('So many units').fill('3')
    await page.getByLabel(/Holds for days/).fill('10')
    await page.getByRole('button', { name: 'Make it' }).click()
    const once = page.getByRole('status').filter({ hasText: 'is shown only now' })
    const token = (await once.locator('code').first().textContent()) ?? ''
    const claim = page.getByRole('listitem', { name: /^Claim / }).filter({ hasText: 'any 3 units' })
    await claim.getByText('ends in 10 days').waitFor()
    await claim.getByText('0 of 3 used').waitFor()
    units.push(await connectUnit(fleet, 'ferry-1', 'ferry', token))
    await claim.getByText('1 of 3 used, by ferry-1').waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await claim.getByRole('button', { name: /^Withdraw/ }).click()
    await page.getByRole('button', { name: 'Withdraw it' }).click()
    await claim.getByText('withdrawn').waitFor()
    await page.reload()
    await claim.getByText('withdrawn').waitFor()
    expect(await page.getByText(token, { exact: true }).count()).toBe(0)
    await expect(connectUnit(fleet, 'ferry-2', 'ferry', token)).rejects.toThrow()
    await page.context().close()
  })

  it('are found by a query and labelled, several or all of the list at once', async () => {
    const page = await tab('/units')
    await page.getByRole('checkbox', { name: 'Pick barge-1' }).check()
    await page.getByRole('checkbox', { name: 'Pick tug-1' }).check()
    await page.getByRole('button', { name: 'Label…' }).click()
    await page.getByLabel('Key').fill('ring')
    await page.getByLabel('Value').fill('early')
    await page.getByRole('button', { name: 'Label them' }).click()
    await page.getByRole('link', { name: /tug-1.*ring=early/s }).waitFor()
    await page.getByRole('button', { name: 'Pick none' }).click()
    await page.getByRole('button', { name: 'Query' }).click()
    const query = page.getByRole('textbox', { name: 'Query' })
    await query.fill('version = 3')
    await page.getByText('Character 1: expected a field (id, model, standing, label.KEY)').waitFor()
    await query.fill('model = barge')
    await page.getByRole('status').filter({ hasText: '3 units now' }).waitFor()
    expect(new URL(page.url()).searchParams.get('query')).toBe('model = barge')
    await page.getByRole('checkbox', { name: 'Pick barge-2' }).check()
    await page.getByRole('button', { name: 'Label…' }).click()
    await page.getByRole('radio', { name: 'all 3 units of this list' }).check()
    await page.getByLabel('Key').fill('quay')
    await page.getByLabel('Value').fill('north')
    await page.getByRole('button', { name: 'Label them' }).click()
    await page.getByRole('link', { name: /barge-3.*quay=north/s }).waitFor()
    expect(await operatorClient({ url: fleet.url }).countUnits({ query: 'label.quay = north' })).toBe(3)
    await page.getByRole('link', { name: /barge-3/ }).click()
    await page.getByLabel('Another one').fill('berth=7')
    await page.getByRole('button', { name: 'Put it on' }).click()
    await page.getByText('berth=7').waitFor()
    await page.getByRole('button', { name: 'Take quay off' }).click()
    await page.getByText('quay=north').waitFor({ state: 'detached' })
    await page.context().close()
  })

  it('are grouped by a query, which can be changed', async () => {
    const page = await tab('/groups')
    await page.getByRole('button', { name: 'of units' }).click()
    await page.getByLabel('Units for which this is true').fill('label.ring = early')
    await page.getByText('2 units now').waitFor()
    await page.getByLabel('Name').fill('first')
    await page.getByRole('button', { name: 'Make it' }).click()
    const group = page.getByRole('listitem', { name: 'Group first' })
    await group.getByText('2 of 5').waitFor()
    await group.getByRole('button', { name: 'Change first' }).click()
    await page
      .getByRole('dialog')
      .getByLabel('Units for which this is true')
      .fill('label.ring = early and model = barge')
    await page.getByRole('dialog').getByText('1 unit now').waitFor()
    await page.getByRole('button', { name: 'Change it' }).click()
    await group.getByText('1 of 5').waitFor()
    // Elsewhere somebody labels another one: the page counts it by itself.
    await operatorClient({ url: fleet.url }).labelUnit('barge-2', { set: { ring: 'early' } })
    await group.getByText('2 of 5').waitFor()
    await group.getByRole('link', { name: 'first' }).click()
    await page.getByRole('button', { name: 'group first' }).waitFor()
    await page.getByText('2 units', { exact: true }).waitFor()
    await page.context().close()
  })

  it('get a release by a query, a group of them first, as it was foretold', async () => {
    const page = await tab('/unit-rollouts/new?release=2')
    const forecast = page.getByRole('region', { name: 'What it would do' })
    await page.getByRole('radio', { name: /of a group/ }).check()
    await forecast.getByText('Nobody is chosen yet.').waitFor()
    await page.getByRole('combobox', { name: /^Group/ }).selectOption('first')
    await forecast.getByRole('img', { name: 'What it would do: 2 online now' }).waitFor()
    await page.getByRole('radio', { name: /of which a query/ }).check()
    await page.getByRole('textbox', { name: 'Query' }).fill('model = barge')
    await forecast.getByRole('img', { name: 'What it would do: 3 online now' }).waitFor()
    await page.getByRole('button', { name: 'Add a phase' }).click()
    await page.getByLabel('Percent or units').selectOption('group')
    await page.getByLabel('Takes').selectOption('first')
    await forecast.getByText('2 units', { exact: true }).waitFor()
    await forecast.getByText('1 unit', { exact: true }).waitFor()
    await forecast.getByText('3 units from no release: all of it is new').waitFor()
    units[2]?.leave()
    await forecast.getByRole('img', { name: 'What it would do: 2 online now, 1 told when back' }).waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await page.getByRole('button', { name: 'Start' }).click()
    await page.getByRole('heading', { name: 'Rollout 1 of a release: summer' }).waitFor()
    await page.getByRole('img', { name: 'Phase 1: 2 updating' }).waitFor()
    await page.getByRole('img', { name: 'Phase 2: 1 pending' }).waitFor()
    units[0]?.say(springStatus(true))
    await page.getByRole('img', { name: 'Phase 1: 1 updating, 1 failed' }).waitFor()
    await page.context().close()
  })
})
