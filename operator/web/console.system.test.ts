import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { operatorClient } from '@windlass/wire/operator'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureConsole } from './build.ts'
import { type Light, openBrowser, type Size, seriousFindings, shoot, sizes } from './story/browser.ts'
import { fillDevices, makePackage, PlayedDevice } from './story/devices.ts'
import { type FleetProgram, startFleet } from './story/fleet-program.ts'
import { connectUnit, fillReleases, halfwayStatus, type PlayedUnit, springStatus, tellOfLoad } from './story/units.ts'

const pictures = join(tmpdir(), 'windlass-console-pictures')
// Others may keep the machine busy: how long something takes is no verdict.
const patienceMs = 60_000

let fleet: FleetProgram
let browser: Browser
let ship: PlayedUnit
let sick: PlayedUnit
let way: PlayedUnit

beforeAll(async () => {
  await ensureConsole()
  ;[fleet, browser] = await Promise.all([startFleet(), openBrowser()])
  await fillReleases(fleet)
  ship = await connectUnit(fleet, 'ferry-7', 'ferry')
  sick = await connectUnit(fleet, 'tug-2', 'tug')
  way = await connectUnit(fleet, 'ferry-8', 'ferry')
  const client = operatorClient({ url: fleet.url })
  for (const id of ['ferry-7', 'tug-2']) await client.setRelease(id, 1)
  await client.setRelease('ferry-8', 2)
  ship.say(springStatus(false))
  sick.say(springStatus(true))
  way.say(halfwayStatus())
  tellOfLoad(way, Date.now())
  await fillDevices(fleet, 130)
}, 180_000)

afterAll(async () => {
  await browser?.close()
  ship?.leave()
  sick?.leave()
  way?.leave()
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
  await page.locator('.loading').first().waitFor({ state: 'detached' })
  await page.locator('.line [data-meaning=done]').waitFor()
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
    const client = operatorClient({ url: fleet.url })
    const [failed] = (await client.devices({ search: 'GW-1003' })).devices
    const places = {
      overview: '/',
      devices: '/devices',
      device: `/devices/${failed?.id}`,
      units: '/units',
      unit: '/units/ferry-7',
      'unit-failed': '/units/tug-2',
      'unit-way': '/units/ferry-8',
      packages: '/packages',
      releases: '/releases?from=1&to=2',
      rollouts: '/rollouts',
      rollout: '/rollouts/1',
      activity: '/activity',
      missing: '/units/nobody',
    }
    const { page, complaints } = await open('/')
    const found: string[] = []
    for (const size of ['wide', 'phone'] as const)
      for (const light of ['light', 'dark'] as const) {
        await page.setViewportSize(sizes[size])
        await page.emulateMedia({ colorScheme: light })
        for (const [name, path] of Object.entries(places)) {
          await page.goto(fleet.url + path)
          await settled(page)
          await page.locator('h1, .trouble').first().waitFor()
          found.push(...(await seriousFindings(page)).map((one) => `${name} ${light} ${size}: ${one}`))
          const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
          if (overflow > 0) found.push(`${name} ${size}: ${overflow} px wider than the screen`)
          await shoot(page, pictures, `${name}-${light}-${size}`)
        }
      }
    expect(found).toEqual([])
    expect(complaints.filter((one) => !one.includes('404'))).toEqual([])
  })

  it('shows what happens without being loaded anew', async () => {
    const { page } = await open('/devices')
    await settled(page)
    await page.evaluate("void (window.never = 'reloaded')")
    await page.getByRole('searchbox').fill('GW-9')
    await page.getByText('No device answers to that').waitFor()
    await new PlayedDevice(fleet, 'GW-9001', '1.9').probe()
    await page.getByRole('link', { name: /GW-9001/ }).click()
    await page.getByRole('heading', { name: 'GW-9001' }).waitFor()
    const { uid } = await makePackage(fleet, '2.0', 40_000)
    await new PlayedDevice(fleet, 'GW-9001', '1.9').report(uid, 'downloading')
    await page.getByRole('img', { name: /this device is in download/ }).waitFor()
    ship.say({ ...springStatus(true) })
    await page.getByRole('link', { name: 'Units' }).first().click()
    await page.getByRole('link', { name: /ferry-7.*failed/s }).waitFor()
    ship.say(springStatus(false))
    await page.getByRole('link', { name: /ferry-7.*arrived/s }).waitFor()
    expect(await page.evaluate("'never' in window")).toBe(true)
    await page.context().close()
  })

  it('publishes a package, rolls it out and aborts it', async () => {
    const { page } = await open('/packages')
    const { path } = await makePackage(fleet, '2.1', 3_000_000)
    await page.locator('input[type=file]').setInputFiles(path)
    await page.getByText('Version 2.1 is published').waitFor()
    await page.getByRole('button', { name: 'Roll out 2.1' }).click()
    await shoot(page, pictures, 'dialog')
    await page.getByRole('button', { name: 'Start' }).click()
    await page.getByRole('heading', { name: /Rollout 2: version 2.1/ }).waitFor()
    await page.getByRole('button', { name: 'Abort', exact: true }).click()
    await page.getByRole('button', { name: 'Abort it' }).click()
    await page.locator('.page-head').getByText('aborted').waitFor()
    expect((await operatorClient({ url: fleet.url }).rollout(2)).status).toBe('aborted')
    await page.context().close()
  })

  it('says why a package is refused', async () => {
    const { page } = await open('/packages')
    const path = join(fleet.folder, 'broken.uhupkg')
    await writeFile(path, 'no archive')
    await page.locator('input[type=file]').setInputFiles(path)
    await page.getByText('Refused: archive invalid').waitFor()
    await shoot(page, pictures, 'refused')
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
    way.say(springStatus(true))
    await page.getByRole('img', { name: 'Parts of bridge: 2 active, 1 failed' }).waitFor()
    await page.context().close()
  })

  it('reads a long list page by page as it is scrolled', async () => {
    const { page } = await open('/devices')
    await page.getByText('100 read, more as you scroll').waitFor()
    expect(await page.locator('.rows li').count()).toBeLessThan(60)
    await page.locator('.rows').focus()
    await page.keyboard.press('End')
    await page.getByText(/that is all/).waitFor()
    await page.context().close()
  })
})
