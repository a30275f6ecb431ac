import type { Random } from '@windlass/platform'

/** When the plug is pulled: after so many writes and flushes of the disk from a mark on, or when no more of them come. */
export interface Moment {
  after: Mark
  commands: number
}

/**
 * What the moment is counted from, and how far it may lie from there. In the order in which an update passes them.
 */
const marks = {
  start: { seen: undefined, commands: 30 },
  download: { seen: /"to":"download"/, commands: 60 },
  install: { seen: /"to":"install"/, commands: 60 },
  reboot: { seen: /"to":"reboot"/, commands: 30 },
  // After a cut in `reboot` the trial may begin at once: then what comes after its end.
  trial: { seen: /reboot: Restarting system|"from":"trying","on":"confirmed"/, commands: 40 },
} as const satisfies Record<string, { seen: RegExp | undefined; commands: number }>

export type Mark = keyof typeof marks
const names = Object.keys(marks) as Mark[]

/** `passed`: the last mark that the update under way has behind it. */
export function drawMoment(random: Random, passed: Mark = 'start'): Moment {
  const ahead = aheadOf(passed)
  const after = ahead[Math.floor(random.next() * ahead.length)] ?? 'start'
  const { commands } = marks[after]
  return { after, commands: Math.floor(random.next() * commands) }
}

/** Marks that come before the next update, which would be a long wait; all of them where the update is as good as over. */
function aheadOf(passed: Mark): readonly Mark[] {
  if (passed === 'trial') return names
  return names.filter((name, i) => name === 'start' || i > names.indexOf(passed))
}

/** The line of the console that says the mark is reached; undefined where switching on is. */
export function lineOf(mark: Mark): RegExp | undefined {
  return marks[mark].seen
}

/** The mark that a line of the console says is reached. */
export function markIn(line: string): Mark | undefined {
  return names.find((name) => marks[name].seen?.test(line))
}

/** `came`: how many of the commands came before the disk was quiet; undefined where all did. */
export function momentText({ after, commands }: Moment, came: number | undefined): string {
  const count = came === undefined ? commands : `${came} of ${commands}`
  return `${count} disk commands after ${after}${came === undefined ? '' : ', then quiet'}`
}
