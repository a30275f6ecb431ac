import { operatorClient } from '@windlass/wire/operator'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureConsole } from './build.ts'
import { openBrowser, seriousFindings } from './story/browser.ts'
import { makePackage, PlayedDevice } from './story/devices.ts'
import { type FleetProgram, startFleet } from './story/fleet-program.ts'

// Others may keep the machine busy: how long something takes is no verdict.
const patienceMs = 60_000

let fleet: FleetProgram
let browser: Browser
beforeAll(async () => {
  await ensureConsole()
  ;[fleet, browser] = await Promise.all([startFleet(), openBrowser()])
}, 180_000)
afterAll(async () => {
  await browser?.close()
  await fleet?.stop()
}, 60_000)

async function tab(path: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage()
  page.setDefaultTimeout(patienceMs)
  await page.goto(fleet.url + path)
  return page
}

/** Makes a project in the console; answers the token that it showed. */
async function made(name: string): Promise<string> {
  const page = await tab('/')
  await page.getByRole('link', { name: 'Projects' }).click()
  await page.getByText('There is no project yet').or(page.getByRole('article')).first().waitFor()
  await page.getByRole('button', { name: 'Make a project' }).click()
  await page.getByLabel('Name').fill(name)
  await page.getByRole('button', { name: 'Make it' }).click()
  const once = page.getByRole('status').filter({ hasText: `The token of an admin of ${name} is shown only now` })
  const token = await once.locator('code').first().textContent()
  await page
    .getByRole('article', { name: `Project ${name}` })
    .getByText('ready')
    .waitFor()
  expect(await seriousFindings(page)).toEqual([])
  await page.reload()
  await page.getByRole('article', { name: `Project ${name}` }).waitFor()
  expect(await page.getByText(token ?? 'none', { exact: true }).count()).toBe(0)
  await page.context().close()
  return token ?? ''
}

describe('the console of a project', { timeout: 240_000 }, () => {
  it('shows whoever signs in there its own devices, takes packages and rolls them out, all below its address', async () => {
    const token = await made('acme')
    const acme = { ...fleet, url: `${fleet.url}/p/acme` }
    await new PlayedDevice(fleet, 'ROOT-1', '1.9').probe()
    for (const serial of ['ACME-1', 'ACME-2']) await new PlayedDevice(acme, serial, '1.9').probe()

    const page = await tab('/p/acme/')
    const strayed: string[] = []
    page.on('request', (request) => {
      const { pathname } = new URL(request.url())
      if (!pathname.startsWith('/p/acme/')) strayed.push(`${request.method()} ${pathname}`)
    })
    await page.getByRole('heading', { name: 'acme' }).waitFor()
    await page.getByText('With a token').click()
    await page.getByLabel("Operator's token").fill(token)
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'acme project' }).waitFor()
    expect(await page.title()).toBe('Overview · acme · Windlass')
    expect(await page.getByRole('link', { name: 'Projects' }).count()).toBe(0)

    await page.getByRole('link', { name: 'Devices', exact: true }).click()
    await page.getByRole('link', { name: /ACME-1/ }).waitFor()
    await page.getByText('2 devices', { exact: true }).waitFor()
    expect(await page.getByText('ROOT-1').count()).toBe(0)
    const links = await page.locator('a[href^="/"]').evaluateAll((all) => all.map((one) => one.getAttribute('href')))
    expect(links.filter((href) => !href?.startsWith('/p/acme'))).toEqual([])

    const { path, uid } = await makePackage(fleet, '3.3', 2_000_000)
    await page.getByRole('link', { name: 'Packages' }).click()
    await page.locator('input[type=file]').first().setInputFiles(path)
    await page.getByText('Version 3.3 is published').waitFor()
    await page.getByRole('link', { name: 'Roll out 3.3' }).click()
    const forecast = page.getByRole('region', { name: 'What it would do' })
    await forecast.getByRole('img', { name: 'What it would do: 2 would be offered it' }).waitFor()
    await page.getByRole('button', { name: 'Start' }).click()
    await page.getByRole('heading', { name: 'Rollout 1: version 3.3' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/p/acme/rollouts/1')
    const device = new PlayedDevice(acme, 'ACME-1', '1.9')
    expect(await device.probe()).toBe('3.3')
    // What the device says is shown without being loaded anew.
    await device.report(uid, 'downloading')
    await page
      .getByRole('img', { name: /1 updating/ })
      .first()
      .waitFor()
    await page.reload()
    await page.getByRole('heading', { name: 'Rollout 1: version 3.3' }).waitFor()

    await page.goto(`${fleet.url}/p/acme/projects`)
    await page.getByText('There is no such page').waitFor()

    expect(strayed).toEqual([])
    expect(await operatorClient({ url: fleet.url }).packages()).toEqual([])
    await page.context().close()
  })

  it('goes for good once its name was typed, and once more that something lives in it', async () => {
    const page = await tab('/projects')
    const card = page.getByRole('article', { name: 'Project acme' })
    await card.getByRole('button', { name: 'Remove acme' }).click()
    const confirm = page.getByRole('button', { name: 'Remove it for good' })
    await page.getByLabel('Type its name to go on').fill('acm')
    expect(await confirm.isDisabled()).toBe(true)
    await page.getByLabel('Type its name to go on').fill('acme')
    await confirm.click()
    await page.getByText('Refused: project in use').waitFor()
    await page.getByRole('checkbox', { name: 'Although devices or units are in it' }).check()
    expect(await seriousFindings(page)).toEqual([])
    await confirm.click()
    await card.waitFor({ state: 'detached' })
    await page.getByText('There is no project yet').waitFor()
    expect((await fetch(`${fleet.url}/p/acme/api/v1/health`)).status).toBe(404)
    await page.context().close()
  })
})
