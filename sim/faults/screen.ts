import { invariants } from './invariants/all.ts'
import type { Played } from './play.ts'

/** Where results are told: a line that changes while work goes on, and what stays. */
export interface Screen {
  progress(text: string): void
  line(text: string): void
}

/** `width`: of the terminal; without one there is no progress. */
export function screenOn(out: { write(text: string): unknown; isTTY?: boolean; columns?: number }): Screen {
  const clear = out.isTTY ? '\r\u001b[K' : ''
  return {
    progress(text) {
      if (out.isTTY) out.write(`${clear}${text.slice(0, (out.columns ?? 80) - 1)}`)
    },
    line: (text) => void out.write(`${clear}${text}\n`),
  }
}

/** How many took part, and for how long. */
interface Lasted {
  scenario: Pick<Played['scenario'], 'devices' | 'units'>
  worldMs: number
}

/** How much was played, and how fast. */
export interface Effort {
  deviceDays: number
  cpuMs: number
}

export function effortText({ deviceDays, cpuMs }: Effort): string {
  const rate = cpuMs > 0 ? Math.round((deviceDays * 60_000) / cpuMs) : 0
  return `${Math.round(deviceDays)} device-days in ${Math.round(cpuMs / 1000)} s of CPU, ${rate} per CPU minute`
}

export function deviceDaysOf({ scenario, worldMs }: Lasted): number {
  const nodes = (scenario.units ?? []).reduce((sum, unit) => sum + unit.nodes, 0)
  return ((scenario.devices + nodes) * worldMs) / 86_400_000
}

/** A story that broke an invariant, for people. */
export function storyText(seed: number, { scenario, violation, story }: Played, again: string): string {
  if (!violation) return ''
  const { invariant, device, message } = violation
  return [
    `seed ${seed}: ${device}: ${message}`,
    `  invariant ${invariant}: ${invariants.find(({ name }) => name === invariant)?.says}`,
    `  shortened to ${scenario.devices} devices, ${scenario.units?.length ?? 0} units, ${scenario.orders.length} orders, ${scenario.faults.length} faults:`,
    `  ${JSON.stringify(scenario)}`,
    ...story.map((line) => `  ${line}`),
    `  again: ${again}`,
  ].join('\n')
}

/** The counts of many runs in one table, the most frequent first. */
export function countsText(counts: ReadonlyMap<string, number>): string {
  const rows = [...counts].sort(([x, m], [y, n]) => n - m || (x < y ? -1 : 1))
  return rows.map(([what, count]) => `  ${String(count).padStart(8)}  ${what}`).join('\n')
}

export function cpuMsSince(started: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(started)
  return (user + system) / 1000
}
