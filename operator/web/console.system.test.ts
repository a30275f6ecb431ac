import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { operatorClient } from '@windlass/wire/operator'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureConsole } from './build.ts'
import { type Light, openBrowser, type Size, seriousFindings, sizes } from './story/browser.ts'
import { makePackage, PlayedDevice } from './story/devices.ts'
import { type FleetProgram, startFleet } from './story/fleet-program.ts'
import { fillHarbour, type Harbour, harbourPages, quietDevices } from './story/harbour.ts'
import { startListener } from './story/listener.ts'
import { serviceArchive } from './story/service-archive.ts'
import { springStatus, summerStatus } from './story/units.ts'

// Others may keep the machine busy: how long something takes is no verdict.
const patienceMs = 60_000

let fleet: FleetProgram
let browser: Browser
let harbour: Harbour

beforeAll(async () => {
  await ensureConsole()
  ;[fleet, browser] = await Promise.all([startFleet(), openBrowser()])
  harbour = await fillHarbour(fleet, Date.now())
}, 180_000)

afterAll(async () => {
  await browser?.close()
  await harbour?.leave()
  await fleet?.stop()
}, 60_000)

/** A console in a tab of its own; what its scripts complain of is kept. */
async function open(path: string, light: Light = 'light', size: Size = 'wide') {
  const context = await browser.newContext({ colorScheme: light, viewport: sizes[size] })
  const page = await context.newPage()
  page.setDefaultTimeout(patienceMs)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  await page.goto(fleet.url + path)
  await page.getByRole('heading', { level: 1 }).waitFor()
  return { page, complaints }
}

async function settled(page: Page): Promise<void> {
  await page.locator('h1, .trouble').first().waitFor()
  await page.locator('.loading').first().waitFor({ state: 'detached' })
  await page.locator('.line [data-meaning=done]').waitFor()
}

async function packageUid(version: string): Promise<string> {
  const kept = (await operatorClient({ url: fleet.url }).packages()).find((one) => one.version === version)
  if (!kept) throw new Error(`expected a package ${version} in the harbour, got none`)
  return kept.uid
}

describe('the console', { timeout: 240_000 }, () => {
  it('is given to browsers under a strict policy, and the greeting to everyone else', async () => {
    const page = await fetch(fleet.url, { headers: { accept: 'text/html' } })
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'")
    const html = await page.text()
    expect(html).not.toMatch(/https?:\/\//)
    const [script = ''] = /\/assets\/[^"]+\.js/.exec(html) ?? []
    expect((await fetch(fleet.url + script)).headers.get('cache-control')).toContain('immutable')
    expect(await (await fetch(fleet.url)).text()).toMatch('the fleet server')
  })

  it('has no page with a serious finding of axe, in either light, wide or narrow', async () => {
    const { page, complaints } = await open('/')
    const found: string[] = []
    for (const size of ['wide', 'phone'] as const) {
      await page.setViewportSize(sizes[size])
      for (const [name, path] of Object.entries(await harbourPages(fleet))) {
        await page.goto(fleet.url + path)
        await settled(page)
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
          found.push(...(await seriousFindings(page)).map((one) => `${name} ${colorScheme} ${size}: ${one}`))
        }
        const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
        if (overflow > 0) found.push(`${name} ${size}: ${overflow} px wider than the screen`)
      }
    }
    expect(found).toEqual([])
    expect(complaints.filter((one) => !one.includes('404'))).toEqual([])
  })

  it('shows what happens without being loaded anew', async () => {
    const { page } = await open('/devices')
    await settled(page)
    await page.evaluate("void (window.never = 'reloaded')")
    await page.getByRole('searchbox').fill('GW-9001')
    await page.getByText('No device answers to that').waitFor()
    await new PlayedDevice(fleet, 'GW-9001', '1.9').probe()
    await page.getByRole('link', { name: /GW-9001/ }).click()
    await page.getByRole('heading', { name: 'GW-9001' }).waitFor()
    const { uid } = await makePackage(fleet, '2.0', 40_000)
    await new PlayedDevice(fleet, 'GW-9001', '1.9').report(uid, 'downloading')
    await page.getByRole('img', { name: /this device is in download/ }).waitFor()
    const { arrived } = harbour.units
    arrived.say(springStatus(true))
    await page.getByRole('link', { name: 'Units' }).first().click()
    await page.getByRole('link', { name: /ferry-7.*failed/s }).waitFor()
    arrived.say(springStatus(false))
    await page.getByRole('link', { name: /ferry-7.*arrived/s }).waitFor()
    expect(await page.evaluate("'never' in window")).toBe(true)
    await page.context().close()
  })

  it('publishes a package, rolls it out in phases, pauses and resumes it, and aborts it', async () => {
    const { page } = await open('/packages')
    const { path } = await makePackage(fleet, '2.6', 3_000_000)
    await page.locator('input[type=file]').first().setInputFiles(path)
    await page.getByText('Version 2.6 is published').waitFor()
    await page.getByRole('link', { name: 'Roll out 2.6' }).click()
    await page.getByRole('button', { name: 'careful' }).click()
    await page.getByLabel('Pauses at failures').first().fill('2')
    await page.getByRole('button', { name: 'Add a window' }).click()
    await page.getByRole('group', { name: 'Window 1' }).getByRole('button', { name: 'sun' }).click()
    await page.getByLabel('In the local time of').fill('Europe/Oslo')
    await page.getByLabel('Pause when updated devices fare worse').check()
    const forecast = page.getByRole('region', { name: 'What it would do' })
    await forecast.getByRole('img', { name: /^What it would do: 33\d would be offered it$/ }).waitFor()
    await forecast.getByText('only mon-sat 02:00-04:00').waitFor()
    await forecast.getByText('1 % of the devices').waitFor()
    await page.getByRole('button', { name: 'Start' }).click()
    await page.getByRole('heading', { name: /Rollout 3: version 2.6/ }).waitFor()
    await page
      .getByRole('listitem', { name: 'Phase 1' })
      .getByText(/pauses at 2 failures/)
      .waitFor()
    await page.getByText('mon-sat 02:00-04:00 (Europe/Oslo)').waitFor()
    await page.getByText('when updated devices fare worse (false alarms: 1 % of harmless rollouts)').waitFor()
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByRole('textbox').fill('The harbour is closed.')
    await page.getByRole('button', { name: 'Pause it' }).click()
    await page.getByRole('region', { name: 'Why it is paused' }).getByText('The harbour is closed.').waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByRole('button', { name: 'Abort', exact: true }).click()
    await page.getByRole('button', { name: 'Abort it' }).click()
    await page.locator('.lead').getByText('aborted').waitFor()
    expect((await operatorClient({ url: fleet.url }).rollout(3)).status).toBe('aborted')
    await page.context().close()
  })

  it('says from which version a package can be installed, and removes one that nobody needs', async () => {
    const { page } = await open('/packages')
    const { path } = await makePackage(fleet, '3.0', 10_000)
    await page.locator('input[type=file]').first().setInputFiles(path)
    await page.getByRole('button', { name: 'Rule of 3.0' }).click()
    await page.getByLabel(/Can be installed from/).fill('2.4')
    await page.getByRole('checkbox', { name: /do not skip it/ }).check()
    await page.getByRole('button', { name: 'Set it' }).click()
    await page.getByText('needs 2.4 or newer').waitFor()
    await page.getByText('not skipped').waitFor()
    await page.getByRole('button', { name: 'Remove 3.0' }).click()
    await page.getByRole('button', { name: 'Remove it' }).click()
    await page.getByRole('heading', { name: 'Version 3.0', exact: true }).waitFor({ state: 'detached' })
    await page.context().close()
  })

  it('says why a package is refused', async () => {
    const { page } = await open('/packages')
    const path = join(fleet.folder, 'broken.uhupkg')
    await writeFile(path, 'no archive')
    await page.locator('input[type=file]').first().setInputFiles(path)
    await page.getByText('Refused: archive invalid').waitFor()
    await page.context().close()
  })

  it('lets a failed device try once more, and gives a unit a release', async () => {
    const { page } = await open('/devices')
    await page.getByRole('searchbox').fill('GW-1003')
    await page.getByRole('link', { name: /GW-1003/ }).click()
    await page.getByRole('button', { name: 'Try once more' }).click()
    await page.getByText('It is offered once more when the device asks.').waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('u')
    await page.getByRole('link', { name: /tug-2/ }).click()
    await page.getByRole('button', { name: 'Give a release' }).click()
    await page.getByRole('dialog').getByRole('combobox').selectOption({ label: '2: summer' })
    await page.getByRole('button', { name: 'Give it' }).click()
    await page.getByRole('heading', { name: 'Release summer' }).waitFor()
    await page.context().close()
  })

  it('labels devices that are picked, counts a query while it is written, and makes a group of it', async () => {
    const { page } = await open('/devices')
    await page.getByRole('searchbox').fill('GW-1001')
    await page.getByRole('checkbox', { name: 'Pick GW-1001' }).check()
    await page.getByRole('button', { name: 'Label…' }).click()
    await page.getByLabel('Key').fill('berth')
    await page.getByLabel('Value').fill('12')
    await page.getByRole('button', { name: 'Label them' }).click()
    await page.getByRole('link', { name: /GW-1001.*berth=12/s }).waitFor()
    await page.getByRole('button', { name: 'Let try once more' }).click()
    await page.getByText('nothing failed on 1').waitFor()
    await page.getByRole('link', { name: 'Groups' }).click()
    const query = page.getByLabel('Devices for which this is true')
    await query.fill('label.berth ? 12')
    await page.getByText('Character 13: expected').waitFor()
    await query.fill('has label.berth')
    await page.getByText('1 device now').waitFor()
    await page.getByLabel('Name').fill('berthed')
    await page.getByRole('button', { name: 'Make it' }).click()
    await page.getByRole('link', { name: 'berthed' }).click()
    await page.getByRole('button', { name: 'group berthed' }).waitFor()
    await page.getByRole('link', { name: /GW-1001/ }).waitFor()
    await page.context().close()
  })

  it('adds a service, and makes a release with it', async () => {
    const { page } = await open('/packages')
    await page.getByRole('button', { name: 'Add an item' }).click()
    await page.getByLabel('Image').setInputFiles(await serviceArchive(fleet.folder, 'depth-sounder'))
    await page.getByLabel('Name').fill('depth-sounder')
    await page.getByRole('textbox', { name: 'Version' }).fill('1.0.0')
    await page.getByRole('button', { name: 'Add it' }).click()
    await page.getByRole('heading', { name: 'depth-sounder' }).waitFor()
    await page.getByRole('link', { name: 'Releases' }).click()
    await page.getByRole('link', { name: 'A new release' }).click()
    await page.getByLabel('Name').fill('autumn')
    await page.getByRole('button', { name: '+ depth-sounder' }).click()
    await page.getByRole('list', { name: 'Differences' }).getByText('depth-sounder for unit').waitFor()
    await page.getByRole('button', { name: 'Make the release' }).click()
    await page.getByRole('heading', { name: '3: autumn' }).waitFor()
    await page.context().close()
  })

  it('shows where an update of a whole unit is, what it measures and warns of, and its log', async () => {
    const { page } = await open('/units/ferry-8')
    await page.getByRole('img', { name: /as far as it said, it is in activating/ }).waitFor()
    await page.getByRole('img', { name: 'Parts of engine: 2 active, 1 activating' }).waitFor()
    await page
      .getByRole('img', { name: /Memory over 60 min: between 1.2 GB/ })
      .first()
      .waitFor()
    await page.getByText('cpu is above its limit: 18400 DMIPS').waitFor()
    await page.getByRole('button', { name: 'Ask for it' }).click()
    await page.getByText('bridge systemd[1]: Started service manager.').waitFor()
    await page.getByRole('button', { name: 'Override one' }).click()
    await page.getByLabel('Name').fill('CHART')
    await page.getByLabel('Value').fill('north')
    await page.getByRole('button', { name: 'Override it' }).click()
    await page.getByText('CHART=north').waitFor()
    harbour.units.underWay.say(springStatus(true))
    await page.getByRole('img', { name: 'Parts of bridge: 2 active, 1 failed' }).waitFor()
    await page.context().close()
  })

  it('makes a token over one group that it shows once, and withdraws it', async () => {
    const { page } = await open('/settings')
    await page.getByRole('button', { name: 'Make a token' }).click()
    await page.getByLabel('Name').fill('quay-display')
    await page.getByRole('combobox', { name: 'Role' }).selectOption('viewer')
    await page.getByRole('combobox', { name: 'Only in this group of devices' }).selectOption('early')
    await page.getByRole('button', { name: 'Make it' }).click()
    await page.getByText('The token quay-display is shown only now:').waitFor()
    await page.getByText('viewer of group early; never used').waitFor()
    await page.getByRole('button', { name: 'Withdraw quay-display' }).click()
    await page.getByText('withdrawn').waitFor()
    await page.context().close()
  })

  it('says beforehand who is left out and why, also for a group, and what is missing', async () => {
    const { page } = await open('/rollouts/new')
    const forecast = page.getByRole('region', { name: 'What it would do' })
    await page.getByLabel('Package').selectOption(await packageUid('2.0'))
    await forecast.getByText('went back from it before').waitFor()
    await page.getByRole('radio', { name: /of a group/ }).check()
    await forecast.getByText('Nobody is chosen yet.').waitFor()
    await page.getByRole('combobox', { name: /^Group/ }).selectOption('early')
    await forecast.getByRole('img', { name: /: \d would be offered it, \d left out/ }).waitFor()
    await page.getByRole('button', { name: 'Add a phase' }).click()
    await page.getByLabel('Takes').fill('many')
    await forecast.getByText('phase 1 size: expected a number that fits').waitFor()
    await page.context().close()
  })

  it('brings a release to units in phases, says why it paused, goes on as they do, and takes it back', async () => {
    const { page } = await open('/unit-rollouts/1')
    await page.getByText('1 of phase 1 failed or went back; its limit is 1', { exact: true }).waitFor()
    await page.getByRole('img', { name: 'Phase 1: 1 updated, 1 updating, 1 failed' }).waitFor()
    await page.getByText('anchor-watch 1.0.0, instance 0 on engine: no mark of this berth in the chart').waitFor()
    for (const barge of harbour.barges) barge.say(summerStatus())
    await page.getByRole('img', { name: 'Phase 1: 3 updated' }).waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await page.getByRole('button', { name: 'Take back' }).click()
    await page.getByRole('button', { name: 'Take it back' }).click()
    await page.locator('.lead').getByText('aborted').waitFor()
    await page.getByRole('img', { name: 'Units: 3 pending, 3 rolled back' }).waitFor()

    await page.getByRole('link', { name: 'Releases' }).click()
    await page.getByRole('link', { name: 'Roll out summer' }).click()
    await page.getByRole('radio', { name: /of a model/ }).check()
    await page.getByRole('combobox', { name: /^Model/ }).selectOption('barge')
    await page.getByRole('button', { name: 'quick' }).click()
    await page.getByText('6 units from spring: 3 changes').waitFor()
    await page.getByRole('button', { name: 'Start' }).click()
    await page.getByRole('heading', { name: 'Rollout 2 of a release: summer' }).waitFor()
    await page.getByText('phase 2, to which it belongs, is not open').first().waitFor()
    await page.context().close()
  })

  it('says who did what as it happens, also to whom it was refused, and that nobody changed it', async () => {
    const { page } = await open('/audit')
    await page.getByText(/entries, each follows from the one before\./).waitFor()
    await operatorClient({ url: fleet.url }).addGroup({ name: 'at-anchor', query: 'has label.berth' })
    const entries = page.getByRole('region', { name: 'Entries of the audit log' })
    await entries.getByRole('listitem').filter({ hasText: 'made a group at-anchor' }).waitFor()
    await operatorClient({ url: fleet.url })
      .addGroup({ name: 'at-anchor', query: 'all' })
      .catch(() => undefined)
    await page.getByRole('button', { name: 'refused' }).click()
    await page.getByRole('combobox', { name: /^What/ }).selectOption('groups')
    await entries.getByText('group exists').waitFor()
    await expect.poll(() => entries.getByRole('listitem').count(), { timeout: patienceMs }).toBe(1)
    await page.getByRole('searchbox', { name: 'Who' }).fill('nobody')
    await page.getByText('No entry is like that').waitFor()
    expect(new URL(page.url()).searchParams.get('who')).toBe('nobody')
    await page.context().close()
  })

  it('gives the devices of a rollout what they ran before', async () => {
    const { page } = await open('/rollouts/1')
    await page.getByRole('button', { name: 'Roll back' }).click()
    await page.getByRole('button', { name: 'Roll it back' }).click()
    const done = page.getByRole('region', { name: 'Rolled back' })
    await done.getByText('No package of version 1.9 is here: they stay').waitFor()
    await page.locator('.lead').getByText('aborted').waitFor()
    await page.context().close()
  })

  it('adds a webhook, tests it, says what came of it, and removes it', async () => {
    const listener = await startListener(204)
    const { page } = await open('/settings')
    await page.getByRole('button', { name: 'Add a webhook' }).click()
    await page.getByLabel('Address').fill(listener.url)
    await page.getByRole('checkbox', { name: 'device', exact: true }).check()
    await page.getByRole('button', { name: 'Add it' }).click()
    await page.getByText(`The secret that signs what goes to ${listener.url} is shown only now:`).waitFor()
    const hook = page.getByRole('listitem', { name: listener.url })
    await hook.getByRole('button', { name: 'Send a test' }).click()
    await hook.getByText('1 delivered').waitFor()
    expect(listener.heard).toEqual(['test'])
    await hook.getByText('The last delivery').click()
    await hook.getByText('answered 204, at the first try').waitFor()
    // Another one refuses what it is told.
    await page
      .getByText(/to be tried again/)
      .first()
      .waitFor()
    await hook.getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('button', { name: 'Remove it' }).click()
    await hook.waitFor({ state: 'detached' })
    await listener.stop()
    await page.context().close()
  })

  it('reads a long list page by page as it is scrolled', async () => {
    const { page } = await open('/devices')
    const rows = page.getByRole('region', { name: 'Devices', exact: true })
    await rows.getByRole('listitem').first().waitFor()
    expect(await rows.getByRole('listitem').count()).toBeLessThan(60)
    const length = () => rows.getByRole('listitem').first().getAttribute('aria-setsize').then(Number)
    expect(await length()).toBe(200)
    await rows.focus()
    await page.keyboard.press('End')
    await expect.poll(length, { timeout: patienceMs }).toBeGreaterThanOrEqual(quietDevices)
    await page.context().close()
  })
})
