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
      if (!(await helpOf(ports)).includes('--script')) {
        throw new UpdateError('requirement_failed', 'expected a fw_setenv that knows --script, got one that does not')
      }
      if (object.size > mostBytes) throw tooLarge(object)
    }),

  install: (object, payload, ports, progress, stop) =>
    explained(
      'the environment of U-Boot',
      'install_failed',
      async (): Promise<Installed> => {
        const text = await textOf(object, payload, ports, progress, stop)
        const variables = variablesOf(text, object)
        await ports.files.replace(forScripts, text)
        await apply(variables, ports, stop)
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
  return bytes.toString()
}

/** Names and values; an empty value removes. Refuses lines that fw_setenv would pass over without a word. */
function variablesOf(text: string, { filename }: ObjectBase): Map<string, string> {
  const variables = new Map<string, string>()
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue
    const [, name, value = ''] = /^\s*([^\s=#\0]+)=([^\0]*?)\s*$/.exec(line) ?? []
    if (name === undefined) {
      const came = JSON.stringify(line)
      throw new UpdateError('install_failed', `${filename} line ${at + 1}: expected name=value, got ${came}`)
    }
    if (!bootState.test(name)) variables.set(name, value)
  }
  return variables
}

/**
 * U-Boot's own fw_setenv wants a blank behind a name, libubootenv's an equals sign, and neither complains about the other's
 * lines, of which it makes other variables or nothing. Only libubootenv's has `--defenv`.
 */
async function apply(variables: ReadonlyMap<string, string>, ports: ObjectPorts, stop: AbortSignal): Promise<void> {
  const canLook = (await ports.processes.find('fw_printenv')) !== undefined
  if (canLook && (await holds(variables, ports, stop))) return
  const sign = (await helpOf(ports)).includes('--defenv') ? '=' : ' '
  await run([...variables].map(([name, value]) => `${name}${sign}${value}\n`).join(''), ports, stop)
  if (!canLook || (await holds(variables, ports, stop))) return
  throw new UpdateError('install_failed', 'fw_setenv: ended well, but the environment is not as it was to be')
}

async function helpOf({ processes }: ObjectPorts): Promise<string> {
  return (await processes.run({ command: 'fw_setenv', args: ['--help'] })).stdout
}

async function holds(variables: ReadonlyMap<string, string>, ports: ObjectPorts, stop: AbortSignal): Promise<boolean> {
  const text = await runTool({ command: 'fw_printenv', args: where(ports) }, ports, stop)
  const present = new Map([...text.matchAll(/^([^=\n]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]))
  return [...variables].every(([name, value]) => (present.get(name) ?? '') === value)
}

async function run(script: string, ports: ObjectPorts, stop: AbortSignal): Promise<void> {
  const path = `${ports.scratch}/uboot-env`
  await ports.files.makeFolder(ports.scratch)
  try {
    await ports.files.replace(path, script)
    await runTool({ command: 'fw_setenv', args: [...where(ports), '--script', path] }, ports, stop)
  } finally {
    await ports.files.remove(path)
  }
}

const where = ({ bootEnvironment }: ObjectPorts) => (bootEnvironment ? ['-c', bootEnvironment] : [])

function tooLarge({ filename, size }: ObjectBase): UpdateError {
  return new UpdateError(
    'requirement_failed',
    `${filename}: expected at most ${mostBytes} bytes of variables, got ${size}`,
  )
}
