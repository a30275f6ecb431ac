import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs, stripVTControlCharacters } from 'node:util'

const usage = `usage: npm run faults -- [--seeds N] [--stride S] [--workers W] [--executions N] [--cuts N] [--only STEP] [--again]

  Makes everything fail that can be made to fail, one step after the other, and prints one table at its end.

  --seeds N       stories drawn from a seed (default 300)
  --stride S      only every S-th crash point (default 1: all)
  --workers W     threads that try crash points (default 1)
  --executions N  inputs for each parser (default 1000000)
  --cuts N        power cuts of QEMU guests (default 500; 0: none), 50 at a time
  --only STEP     this step alone
  --again         steps that went well before are done again; otherwise a run that was stopped goes on where it was,
                  power cuts with the fifty that are next

exit status: 0 all survived, 1 something did not, 64 usage
`

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '300' },
    stride: { type: 'string', default: '1' },
    workers: { type: 'string', default: '1' },
    executions: { type: 'string', default: '1000000' },
    cuts: { type: 'string', default: '500' },
    only: { type: 'string' },
    again: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

/** One row of the table. `done` is false where it did not survive. */
interface Row {
  what: string
  how: string
  done: boolean
  seconds: number
}

interface Step {
  name: string
  what: string
  command: readonly [string, ...string[]]
  env?: Readonly<Record<string, string>>
  /** What stands in the table, from what it said. */
  told(lines: readonly string[]): string
}

const simulate = (...args: readonly string[]) => ['node', 'bin/windlass', 'simulate', ...args, '--json'] as const
const vitest = (project: string, ...paths: readonly string[]) =>
  ['node_modules/.bin/vitest', 'run', '--project', project, ...paths] as const

const steps: readonly Step[] = [
  {
    name: 'seeds',
    what: 'a fleet, its devices and a unit of three nodes, faults from a seed',
    command: simulate('--runs', values.seeds),
    told: (lines) => {
      const { runs = 0, broken = 0, deviceDays = 0, cpuMs = 1 } = lastJson(lines)
      const rate = Math.round((deviceDays * 60_000) / cpuMs)
      return `${runs - broken} of ${runs} seeds, ${Math.round(deviceDays)} device-days, ${rate} per minute of CPU`
    },
  },
  {
    name: 'points',
    what: 'every call of an agent, a unit and a fleet that fails',
    command: simulate('--points', '--stride', values.stride, '--workers', values.workers),
    told: (lines) => {
      const { tried = 0, survived = 0 } = lastJson(lines)
      return `${survived} of ${tried} crash points`
    },
  },
  {
    name: 'attacks',
    what: 'attacks by packages, servers and neighbours',
    command: vitest('fast', 'sim/attacks'),
    told: tests,
  },
  {
    name: 'processes',
    what: 'real processes killed, their calls refused, their disks full, their database gone',
    command: vitest(
      'system',
      'node/firmware/conformance/crashes',
      'node/firmware/conformance/injected',
      'fleet/adapters/postgres/statements',
      'unit/images/crash',
      'sim/attacks',
    ),
    told: tests,
  },
  {
    name: 'fuzz',
    what: 'inputs made to break a parser',
    command: simulate('--fuzz', '--executions', values.executions),
    told: (lines) => {
      const { executions = 0, findings = 0 } = lastJson(lines)
      return `${executions} inputs, ${findings} findings`
    },
  },
  ...cutSteps(Number(values.cuts)),
]

/** Fifty at a time, so that a run that was stopped has lost no more; each with moments of its own. */
function cutSteps(all: number): Step[] {
  const most = 50
  return Array.from({ length: Math.ceil(all / most) }, (_, n) => {
    const [seed, cuts] = [n + 1, Math.min(most, all - n * most)]
    return {
      name: 'cuts',
      what: `power cuts of a QEMU guest with a volatile write cache, seed ${seed}`,
      command: vitest('qemu', 'sim/qemu/power-cuts'),
      env: {
        WINDLASS_SEED: String(seed),
        WINDLASS_POWER_CUTS: String(cuts),
        WINDLASS_POWER_CUT_MINUTES: String(60 + 5 * cuts),
      },
      told: (lines) => lines.findLast((line) => /\d+ power cuts of/.test(line))?.trim() ?? tests(lines),
    }
  })
}

const folder = 'node_modules/.cache/windlass-faults'

process.exitCode = await main()

async function main(): Promise<number> {
  if (!/^\d+$/.test(values.cuts)) {
    process.stderr.write(`faults: expected a whole number for --cuts, got "${values.cuts}"\n${usage}`)
    return 64
  }
  const wanted = steps.filter(({ name }) => values.only === undefined || values.only === name)
  if (values.help || wanted.length === 0) {
    process.stdout.write(usage)
    return values.help ? 0 : 64
  }
  const rows: Row[] = []
  for (const step of wanted) {
    rows.push(values.again ? await run(step) : (earlier(step) ?? (await run(step))))
  }
  const width = Math.max(...rows.map(({ what }) => what.length))
  for (const { what, how, done, seconds } of rows)
    process.stdout.write(`${done ? 'ok    ' : 'FAILED'}  ${what.padEnd(width)}  ${how}, ${seconds} s\n`)
  return rows.every(({ done }) => done) ? 0 : 1
}

async function run(step: Step): Promise<Row> {
  const { what, command, env = {}, told } = step
  process.stdout.write(`${what}: ${command.join(' ')}\n`)
  const from = performance.now()
  const { code, lines } = await outputOf(command, env)
  const row = { what, how: told(lines), done: code === 0, seconds: Math.round((performance.now() - from) / 1_000) }
  if (row.done) remember(step, row)
  return row
}

async function outputOf([program, ...args]: readonly [string, ...string[]], env: Readonly<Record<string, string>>) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } })
  const lines: string[] = []
  let rest = ''
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (text: string) => {
    process.stdout.write(text)
    const pieces = (rest + text).split('\n')
    rest = pieces.pop() ?? ''
    lines.push(...pieces)
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, lines: [...lines, rest] }
}

/** What went well at the same commit and with the same numbers is not done again: the whole takes many hours. */
function earlier(step: Step): Row | undefined {
  const path = pathOf(step)
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Row) : undefined
}

function remember(step: Step, row: Row): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(pathOf(step), JSON.stringify(row))
}

function pathOf({ name, command, env = {} }: Step): string {
  const commit = spawnSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).stdout.trim()
  const key = createHash('sha256')
    .update(JSON.stringify([commit, command, env]))
    .digest('hex')
  return join(folder, `${name}-${key.slice(0, 16)}.json`)
}

interface Told {
  runs?: number
  broken?: number
  deviceDays?: number
  cpuMs?: number
  tried?: number
  survived?: number
  executions?: number
  findings?: number
}

function lastJson(lines: readonly string[]): Told {
  const last = lines.findLast((line) => line.startsWith('{'))
  return last === undefined ? {} : (JSON.parse(last) as Told)
}

/** Vitest's own last count. */
function tests(lines: readonly string[]): string {
  const line = lines.map((text) => stripVTControlCharacters(text)).findLast((text) => /^\s*Tests /.test(text))
  return `tests: ${line?.replace(/^\s*Tests\s+/, '').trim() ?? 'none'}`
}
