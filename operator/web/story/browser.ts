import axe from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'

export const sizes = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const
export type Size = keyof typeof sizes
export type Light = 'light' | 'dark'

/** Debian's Chromium. `--no-sandbox`: as root it starts no other way. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] })
}

/** What axe finds serious or worse on the page, as `rule: place`. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // Given to the page by the debugger: its own policy would not let the script in.
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    const { axe: there } = globalThis as unknown as { axe: { run(): Promise<Found> } }
    interface Found {
      violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[]
    }
    const { violations } = await there.run()
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
      )
  })
}
