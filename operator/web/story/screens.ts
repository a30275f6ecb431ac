import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { ensureConsole } from '../build.ts'
import { openBrowser, type Size, sizes } from './browser.ts'
import { startFleet } from './fleet-program.ts'
import { fillHarbour, harbourPages, stirHarbour } from './harbour.ts'

/*
 * `npm run screens`: takes docs/screens anew, every page wide and on a phone, in both lights; `npm run screens claims units` only
 * these. Needs Debian's chromium.
 */

const folder = join(import.meta.dirname, '../../../docs/screens')
const tallest: Readonly<Record<Size, number>> = { wide: 1200, phone: 1400 }

await ensureConsole()
const fleet = await startFleet()
const browser = await openBrowser()
const harbour = await fillHarbour(fleet, Date.now())
try {
  const chosen = process.argv.slice(2)
  if (chosen.length === 0) await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const page = await browser.newPage()
  const pages = Object.entries(await harbourPages(fleet))
  for (const [name, path] of pages.filter(([one]) => chosen.length === 0 || chosen.includes(one)))
    for (const size of ['wide', 'phone'] as const) {
      await page.setViewportSize(sizes[size])
      await page.goto(fleet.url + path)
      await page.locator('h1, main > .trouble').first().waitFor()
      if (path === '/' || path === '/activity') await stirHarbour(fleet, harbour)
      await page.waitForLoadState('networkidle', { timeout: 3000 }).catch(() => undefined)
      await page.waitForFunction("!document.querySelector('.loading')")
      for (const light of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: light, reducedMotion: 'reduce' })
        await writeFile(join(folder, `${name}-${size}-${light}.webp`), await picture(page, size))
      }
    }
} finally {
  await harbour.leave()
  await browser.close()
  await fleet.stop()
}

/** As WebP, which Playwright's own screenshots are not. */
async function picture(page: Page, size: Size): Promise<Buffer> {
  const full = Number(await page.evaluate('document.documentElement.scrollHeight'))
  const clip = { x: 0, y: 0, width: sizes[size].width, height: Math.min(full, tallest[size]), scale: 1 }
  const session = await page.context().newCDPSession(page)
  const { data } = await session.send('Page.captureScreenshot', {
    format: 'webp',
    quality: 55,
    clip,
    captureBeyondViewport: true,
  })
  await session.detach()
  return Buffer.from(data, 'base64')
}
