import { parseArgs } from 'node:util'

/** What to measure. `bytes` is the size of the image. */
export interface Options {
  runs: number
  bytes: number
  only: readonly string[]
  folder: string
  json: boolean
  /** The program and its first arguments that `agent --settings FILE` is put behind. */
  agent: readonly string[]
}

export const usage = `usage: npm run bench:install -- [--runs N] [--size MB] [--only NAME,NAME] [--folder FOLDER] [--json]

  Installs one ext4 image with several tools in turn and prints what each took.

  --runs N         how often each tool installs (default 5)
  --size MB        size of the image in millions of bytes (default 671)
  --only NAMES     these tools only; the bare copy always takes part
  --folder FOLDER  where images, packages and targets are kept (default .windlass/bench-install)
  --agent COMMAND  how the agent is started (default: this Node and bin/windlass); split at blanks
  --json           print every run as JSON
`

/** @throws Error when the arguments make no sense */
export function readOptions(argv: readonly string[], root: string): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      runs: { type: 'string', default: '5' },
      size: { type: 'string', default: '671' },
      only: { type: 'string', default: '' },
      folder: { type: 'string', default: `${root}/.windlass/bench-install` },
      json: { type: 'boolean', default: false },
      agent: { type: 'string', default: `${process.execPath} ${root}/bin/windlass` },
    },
  })
  const whole = (name: 'runs' | 'size', most: number): number => {
    const number = Number(values[name])
    if (Number.isInteger(number) && number >= 1 && number <= most) return number
    throw new Error(`expected --${name} to be 1 to ${most}, got ${values[name]}`)
  }
  const mebibyte = 2 ** 20
  return {
    runs: whole('runs', 100),
    bytes: Math.ceil((whole('size', 20_000) * 1e6) / mebibyte) * mebibyte,
    only: values.only.split(',').filter(Boolean),
    folder: values.folder,
    json: values.json,
    agent: values.agent.split(' ').filter(Boolean),
  }
}
