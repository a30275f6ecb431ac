import type { Random } from '@windlass/platform'

/** When the plug is pulled: after so many writes and flushes of the disk from a mark on, or after so long where fewer come. */
export interface Moment {
  after: Mark
  commands: number
  waitMs: number
}

/** What the moment is counted from, and how far it may lie from there. */
const marks = {
  start: { seen: undefined, commands: 40, waitMs: 60_000 },
  download: { seen: /"to":"download"/, commands: 60, waitMs: 30_000 },
  install: { seen: /"to":"install"/, commands: 60, waitMs: 20_000 },
  reboot: { seen: /"to":"reboot"/, commands: 30, waitMs: 10_000 },
  trial: { seen: /reboot: Restarting system/, commands: 40, waitMs: 60_000 },
} as const satisfies Record<string, { seen: RegExp | undefined; commands: number; waitMs: number }>

type Mark = keyof typeof marks
const names = Object.keys(marks) as Mark[]

export function drawMoment(random: Random): Moment {
  const after = names[Math.floor(random.next() * names.length)] ?? 'start'
  const { commands, waitMs } = marks[after]
  return { after, commands: Math.floor(random.next() * commands), waitMs: Math.floor(random.next() * waitMs) }
}

/** The line of the console that says the mark is reached; undefined where switching on is. */
export function markOf({ after }: Moment): RegExp | undefined {
  return marks[after].seen
}

export function momentText({ after, commands, waitMs }: Moment): string {
  return `${commands} disk commands or ${(waitMs / 1000).toFixed(1)} s after ${after}`
}
