import type { ObjectBase, PlainObject } from '@windlass/model'
import { UpdateError } from '../update-error.ts'
import { explained } from './explained.ts'
import { withPayload } from './payload.ts'
import type { Installed, Mode, ObjectPorts, Payload, Progress } from './port.ts'
import { requireTools, runTool } from './tools.ts'

type UbootEnvObject = Extract<PlainObject, { mode: 'uboot-env' }>

/** Where UpdateHub's agent leaves the payload for the integrator's `updatehub-active-set`, which runs later on. */
const forScripts = '/tmp/updatehub.defenv'
const mostBytes = 1024 * 1024

/**
 * Which set is started, and how often it may still be tried, as UpdateHub's, U-Boot's and our scripts name it. That is
 * decided when everything is installed, and not by a package: a default environment that says "start set 0" must not.
 */
const bootState = /^(updatehub_active|upgrade_available|bootcount|BOOT_ORDER|BOOT_[AB]_LEFT)$/

/**
 * Variables for U-Boot's environment (updatehub.md 5.3, 5.4), lines of `name=value`; nothing behind the sign removes one.
 * All of them get into the environment in one write of `fw_setenv`, of which a redundant environment keeps the one before
 * until it is whole. Both sets share it, and falling back does not bring the old values back.
 */
export const ubootEnv: Mode<UbootEnvObject> = {
  check: (object, ports) =>
    explained('the environment of U-Boot', 'requirement_failed', async () => {
      await requireTools(['fw_setenv'], ports)
      const help = await ports.processes.run({ command: 'fw_setenv', args: ['--help'] })
      if (!help.stdout.includes('--script')) {
        throw new UpdateError('requirement_failed', 'expected a fw_setenv that knows --script, as libubootenv has it')
      }
      if (object.size > mostBytes) throw tooLarge(object)
    }),

  install: (object, payload, ports, progress, stop) =>
    explained(
      'the environment of U-Boot',
      'install_failed',
      async (): Promise<Installed> => {
        const text = await textOf(object, payload, ports, progress, stop)
        const script = scriptOf(text, object)
        await ports.files.replace(forScripts, Buffer.from(text, 'latin1'))
        await apply(script, ports, stop)
        return 'installed'
      },
      stop,
    ),
}

async function textOf(
  object: UbootEnvObject,
  payload: Payload,
  ports: ObjectPorts,
  progress: Progress,
  stop: AbortSignal,
): Promise<string> {
  if (payload.size > mostBytes) throw tooLarge(object)
  const bytes = Buffer.alloc(payload.size)
  await withPayload(object, payload, ports, progress, stop, async (pieces) => {
    let at = 0
    for await (const piece of pieces) {
      bytes.set(piece, at)
      at += piece.length
    }
  })
  return bytes.toString('latin1')
}

/** Refuses what fw_setenv would pass over without a word. */
function scriptOf(text: string, { filename }: ObjectBase): string {
  const lines = text
    .split(/\r?\n/)
    .map((line, at) => ({ line: line.trim(), at: at + 1 }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'))
  const kept = lines.filter(({ line, at }) => {
    const name = /^([^\s=#\0]+)=[^\0]*$/.exec(line)?.[1]
    if (name !== undefined) return !bootState.test(name)
    throw new UpdateError('install_failed', `${filename} line ${at}: expected name=value, got ${JSON.stringify(line)}`)
  })
  return kept.map(({ line }) => `${line}\n`).join('')
}

async function apply(script: string, ports: ObjectPorts, stop: AbortSignal): Promise<void> {
  if (script === '') return
  const path = `${ports.scratch}/uboot-env`
  await ports.files.makeFolder(ports.scratch)
  try {
    await ports.files.replace(path, Buffer.from(script, 'latin1'))
    await runTool({ command: 'fw_setenv', args: ['--script', path] }, ports, stop)
  } finally {
    await ports.files.remove(path)
  }
}

function tooLarge({ filename, size }: ObjectBase): UpdateError {
  return new UpdateError(
    'requirement_failed',
    `${filename}: expected at most ${mostBytes} bytes of variables, got ${size}`,
  )
}
