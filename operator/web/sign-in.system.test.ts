import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { operatorClient } from '@windlass/wire/operator'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureConsole } from './build.ts'
import { openBrowser, seriousFindings } from './story/browser.ts'
import { startFleet } from './story/fleet-program.ts'

const password = 'correct horse battery'

let browser: Browser
beforeAll(async () => {
  await ensureConsole()
  browser = await openBrowser()
}, 180_000)
afterAll(() => browser?.close())

const overview = (page: Page) =>
  page.getByText('No device has asked yet').or(page.getByText('No rollout is running')).first().waitFor()

describe('the console of a fleet that is not open', () => {
  it('lets a user in by name and password, keeps the session from scripts, and lets out again', async () => {
    const fleet = await startFleet()
    try {
      await operatorClient({ url: fleet.url }).addUser({ name: 'ada', password, grants: [{ role: 'admin' }] })
      const page = await browser.newPage()
      await page.goto(fleet.url)
      await page.getByLabel('Name').fill('ada')
      await page.getByLabel('Password').fill('wrong')
      await page.keyboard.press('Enter')
      await page.getByText('Name and password do not go together').waitFor()
      expect(await seriousFindings(page)).toEqual([])
      await page.getByLabel('Password').fill(password)
      await page.keyboard.press('Enter')
      await overview(page)
      expect(await page.evaluate('document.cookie')).toBe('')
      await page.reload()
      await overview(page)
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.getByLabel('Password').waitFor()
      await page.reload()
      await page.getByLabel('Password').waitFor()
      await page.close()
    } finally {
      await fleet.stop()
    }
  })

  it('takes a token instead, and keeps it for the tab', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'windlass-sign-in-')), 'token')
    await writeFile(file, 'a-token-of-the-harbour-office')
    const guarded = await startFleet(['--operator-token-file', file])
    try {
      const page = await browser.newPage()
      await page.goto(guarded.url)
      await page.getByText('With a token').click()
      await page.getByLabel("Operator's token").fill('another-token-altogether')
      await page.keyboard.press('Enter')
      await page.getByText('The fleet knows another token.').waitFor()
      await page.getByLabel("Operator's token").fill('a-token-of-the-harbour-office')
      await page.keyboard.press('Enter')
      await overview(page)
      await page.close()
    } finally {
      await guarded.stop()
    }
  })
})
