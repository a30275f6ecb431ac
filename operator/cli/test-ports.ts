import { FakeClock } from '@windlass/platform/fakes'
import { allCommands, groups } from './commands/index.ts'
import type { Vocabulary } from './parse.ts'
import type { Ports } from './ports.ts'
import { run } from './run.ts'

/** What a command line said and how it ended. `document` reads what it printed as one JSON document. */
export interface Said {
  code: number
  out: string
  err: string
  document(): unknown
}

const vocabulary: Vocabulary = {
  version: '1.2.3',
  commands: allCommands,
  groups,
  elsewhere: [
    { name: 'fleet', description: 'The server' },
    { name: 'unit', description: 'Its manager' },
  ],
}

/** Runs a command line in this process, with what is not given replaced by something that is not there. */
export async function say(argv: readonly string[], ports: Partial<Ports> & { isTTY?: boolean } = {}): Promise<Said> {
  let [out, err] = ['', '']
  const { isTTY = false, ...given } = ports
  const code = await run(
    argv,
    {
      fetch: () => Promise.reject(new TypeError('fetch failed', { cause: refused() })),
      stdout: { write: (text) => (out += text) },
      stderr: { write: (text) => (err += text), isTTY, columns: 100 },
      clock: new FakeClock({ auto: true }),
      cwd: '/nowhere',
      env: {},
      signal: new AbortController().signal,
      ...given,
    },
    vocabulary,
  )
  return { code, out, err, document: () => JSON.parse(out) }
}

function refused(): Error {
  return Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:8080'), { code: 'ECONNREFUSED' })
}
