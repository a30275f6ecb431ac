import { systemClock } from '@windlass/platform'
import { allCommands, groups } from './commands/index.ts'
import { exitCodes } from './exit-codes.ts'
import about from './package.json' with { type: 'json' }
import type { Elsewhere } from './parse.ts'
import { run } from './run.ts'

/**
 * The operator's commands on this process. Resolves to the exit code (see `exitCodes`).
 * `elsewhere` names the subcommands that somebody else answers, for help and suggestions.
 */
export async function main(argv: readonly string[], elsewhere: readonly Elsewhere[] = []): Promise<number> {
  const stop = new AbortController()
  const interrupt = (): void => stop.abort(new Error('interrupted'))
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  process.stdout.on('error', endOfOutput)
  try {
    return await run(
      argv,
      {
        fetch: globalThis.fetch,
        stdout: process.stdout,
        stderr: process.stderr,
        clock: systemClock,
        agentSocket: '/run/windlass/agent.sock',
        cwd: process.cwd(),
        env: process.env,
        signal: stop.signal,
      },
      { version: about.version, commands: allCommands, groups, elsewhere },
    )
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
}

/** A reader that closes the pipe early (`| head`) has seen enough; any other trouble with the output is trouble. */
function endOfOutput(error: NodeJS.ErrnoException): never {
  process.exit(error.code === 'EPIPE' ? exitCodes.ok.code : exitCodes.cannotCreate.code)
}
