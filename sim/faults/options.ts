import { parseArgs } from 'node:util'

/** What `windlass simulate` was asked for. */
export interface Options {
  seed: number
  runs: number
  devices: number
  days: number
  units: number
  /** Of each unit. */
  nodes: number
  /** Crash points instead of seeds. */
  points: boolean
  /** Hostile input instead of seeds. */
  fuzz: boolean
  /** Of each parser. */
  executions: number
  /** This one only. */
  parser: string | undefined
  /** Only every so many crash points: those whose number leaves `seed` over. */
  stride: number
  /** Numbers of crash points, from 1. */
  from: number
  to: number
  /** Courses of that kind, or with that word in their names; all when it is undefined. */
  course: string | undefined
  /** Threads that try crash points. */
  workers: number
  json: boolean
  help: boolean
}

export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export const usage = `usage: windlass simulate [--seed N] [--runs M] [--devices D] [--units U] [--nodes N]
                         [--days T] [--json]
       windlass simulate --points [--course WORD] [--from N] [--to M] [--stride S [--seed R]] [--workers W] [--json]
       windlass simulate --fuzz [--executions N] [--parser NAME] [--seed N] [--json]
       windlass simulate fleet --devices N ...: devices that load a fleet server (windlass simulate fleet --help)

  Plays a fleet, its devices and units of several nodes in one process, on a clock of their own, with faults from a seed:
  power cuts, kills, failing disks, programs and networks, jumping clocks, bad releases. The same seed plays the same
  story. Invariants are checked all the time; a story that breaks one is shortened and told.

  --seed N     the first seed (default 1)
  --runs M     so many seeds from there on (default 20)
  --devices D  of each story (default 5)
  --units U    of each story (default 1)
  --nodes N    of each unit (default 3)
  --days T     for how long things go wrong in each story (default 3)
  --points     instead: every call of an agent during an update fails once, in every way it can
  --course WORD  agent, fleet or unit, or a word in a course's name (default: all courses)
  --from N, --to M  only points number N to M of these courses, from 1 on
  --stride S   of them only every S-th, those whose number leaves the seed over: other seeds are other points (default 1: all)
  --workers W  threads that try them (default 1)
  --fuzz       instead: every parser reads inputs made to break it
  --executions N  of each parser (default 1000000)
  --parser NAME   this one only
  --json       one JSON document per line

exit status: 0 all invariants hold, 1 one broke or a parser did, 64 usage
`

/** @throws UsageError */
export function readOptions(argv: readonly string[]): Options {
  const { values } = parsed(argv)
  const whole = (
    name: Exclude<keyof typeof values, 'points' | 'fuzz' | 'json' | 'help' | 'parser' | 'course'>,
    least: number,
  ): number => {
    const number = Number(values[name])
    if (Number.isSafeInteger(number) && number >= least && number <= 2 ** 31) return number
    throw new UsageError(`--${name}: expected a whole number from ${least} on, got "${values[name]}"`)
  }
  return {
    seed: whole('seed', 0),
    runs: whole('runs', 1),
    devices: whole('devices', 0),
    units: whole('units', 0),
    nodes: whole('nodes', 1),
    days: whole('days', 1),
    stride: whole('stride', 1),
    from: whole('from', 1),
    to: whole('to', 1),
    course: values.course,
    workers: whole('workers', 1),
    points: values.points,
    fuzz: values.fuzz,
    executions: whole('executions', 1),
    parser: values.parser,
    json: values.json,
    help: values.help,
  }
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        seed: { type: 'string', default: '1' },
        runs: { type: 'string', default: '20' },
        devices: { type: 'string', default: '5' },
        units: { type: 'string', default: '1' },
        nodes: { type: 'string', default: '3' },
        days: { type: 'string', default: '3' },
        stride: { type: 'string', default: '1' },
        from: { type: 'string', default: '1' },
        to: { type: 'string', default: String(2 ** 31) },
        course: { type: 'string' },
        workers: { type: 'string', default: '1' },
        points: { type: 'boolean', default: false },
        fuzz: { type: 'boolean', default: false },
        executions: { type: 'string', default: '1000000' },
        parser: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}
