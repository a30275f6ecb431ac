/**
 * How every command ends, closed: the numbers are those of sysexits.h where it has one.
 * Shown by `windlass --help` and in docs/cli.md (a test compares the two).
 */
export const exitCodes = {
  ok: { code: 0, means: 'done' },
  no: { code: 1, means: 'the answer is no: an update failed, a signature or a digest does not hold' },
  usage: { code: 64, means: 'the command line was not understood' },
  data: { code: 65, means: 'what was read is not what it should be' },
  missing: {
    code: 66,
    means: 'what was named is not there, or cannot be read: a file, a package, a device, a rollout',
  },
  unavailable: { code: 69, means: 'the fleet or the agent does not answer, or could not do its work' },
  internal: { code: 70, means: 'a mistake of Windlass itself' },
  cannotCreate: { code: 73, means: 'a file cannot be written' },
  busy: { code: 75, means: 'busy now; the same command may succeed later' },
  refused: { code: 77, means: 'the fleet or the agent refused, and will refuse again' },
  interrupted: { code: 130, means: 'stopped by Ctrl-C' },
} as const

/** The kind of ending, by name. */
export type Ending = keyof typeof exitCodes

export function exitCodeList(): string {
  const lines = Object.values(exitCodes).map(({ code, means }) => `  ${String(code).padEnd(4)} ${means}`)
  return ['Exit codes:', ...lines].join('\n')
}
