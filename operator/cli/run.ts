import { CliError } from './cli-error.ts'
import type { Io, Result } from './command.ts'
import { type Ending, exitCodes } from './exit-codes.ts'
import { explain } from './explain.ts'
import { tokenFor } from './fleet/token.ts'
import { progressBar, silent } from './page/progress-bar.ts'
import { type Asked, parse, type Vocabulary } from './parse.ts'
import type { Ports } from './ports.ts'

/** Runs one command line. Resolves to the exit code; nothing is thrown. */
export async function run(argv: readonly string[], ports: Ports, vocabulary: Vocabulary): Promise<number> {
  let json = argv.includes('--json')
  try {
    const asked = parse(argv, vocabulary, ports.stdout.columns)
    if (asked.what === 'run') json = asked.json
    return print(await answer(asked, ports), json, ports)
  } catch (error) {
    return refuse(error, json, ports)
  }
}

async function answer(asked: Asked, ports: Ports): Promise<Result> {
  if (asked.what === 'read') return { page: asked.text, json: { help: asked.text } }
  return asked.command.run(asked.values, io(ports, asked.json, await tokenFor(asked.shown, ports)))
}

function io(ports: Ports, json: boolean, token: string | undefined): Io {
  const { stdout, stderr } = ports
  return {
    ...ports,
    token,
    event: (line, value) => void stdout.write(`${json ? JSON.stringify(value) : line}\n`),
    warn: (line) => void stderr.write(`windlass: ${line}\n`),
    progress: (what) => (stderr.isTTY && !json ? progressBar(stderr, ports.clock, what) : silent),
  }
}

function print(result: Result, json: boolean, ports: Ports): number {
  const text = json ? JSON.stringify(result.json) : result.page
  if (text) ports.stdout.write(`${text}\n`)
  return exitCodes[result.ending ?? 'ok'].code
}

function refuse(error: unknown, json: boolean, ports: Ports): number {
  const { ending, message } = ports.signal.aborted ? interrupted : explain(error)
  ports.stderr.write(`windlass: ${message}\n`)
  const { code } = exitCodes[ending]
  const line = message.split('\n', 1)[0]
  if (json) ports.stdout.write(`${JSON.stringify({ error: { kind: ending satisfies Ending, code, message: line } })}\n`)
  return code
}

const interrupted = new CliError('interrupted', 'stopped')
