import { basename, join } from 'node:path'
import type { Files, Processes } from '@windlass/platform'
import type { FirmwareFacts } from '@windlass/wire/updatehub'
import { FirmwareError } from './firmware-error.ts'
import { parsePairs, type SortedPairs } from './pairs.ts'

/** Who this device is, as its hooks tell it once at start (updatehub.md 4.3). */
export interface Firmware extends FirmwareFacts {
  identity: SortedPairs
  attributes: SortedPairs
  /** Path of the key that packages must be signed with; null when the device has none and checks nothing. */
  publicKey: string | null
}

type Ports = { files: Files; processes: Processes }

const hookTimeoutMs = 60_000

/** Runs the hooks of the metadata folder. @throws FirmwareError when the device cannot say who it is */
export async function loadFirmware(folder: string, ports: Ports): Promise<Firmware> {
  const keyPath = join(folder, 'key.pub')
  return {
    productUid: await productUid(join(folder, 'product-uid'), ports),
    version: (await hook(join(folder, 'version'), ports)) ?? '',
    hardware: (await hook(join(folder, 'hardware'), ports)) ?? '',
    identity: await identity(join(folder, 'device-identity.d'), ports),
    attributes: await pairs(join(folder, 'device-attributes.d'), ports).catch(() => ({})),
    publicKey: (await ports.files.facts(keyPath)) ? keyPath : null,
  }
}

export async function productUid(path: string, ports: Ports): Promise<string> {
  const uid = await hook(path, ports)
  if (uid === undefined) {
    throw new FirmwareError(
      'product_uid_missing',
      `${path}: expected a program that prints a product uid, found no file`,
    )
  }
  if (uid === '')
    throw new FirmwareError('product_uid_missing', `${path}: expected it to print a product uid, got nothing`)
  if (uid.length !== 64) {
    throw new FirmwareError('product_uid_invalid', `${path}: expected 64 characters, got ${uid.length}`)
  }
  return uid
}

export async function identity(folder: string, ports: Ports): Promise<SortedPairs> {
  const found = await pairs(folder, ports)
  if (Object.keys(found).length === 0) {
    throw new FirmwareError('identity_missing', `${folder}: expected at least one key=value, got none`)
  }
  return found
}

/** The output of every program directly in the folder, together. */
export async function pairs(folder: string, ports: Ports): Promise<SortedPairs> {
  let names: string[]
  try {
    names = await ports.files.list(folder)
  } catch (cause) {
    throw new FirmwareError('identity_missing', `${folder}: expected a folder of programs`, { cause })
  }
  const outputs: string[] = []
  for (const name of names) {
    const path = join(folder, name)
    if ((await ports.files.facts(path))?.kind === 'file') outputs.push((await hook(path, ports)) ?? '')
  }
  return parsePairs(outputs.join('\n'), folder)
}

/** What a hook prints, trimmed; undefined when there is no such hook. */
export async function hook(path: string, { files, processes }: Ports): Promise<string | undefined> {
  if (!(await files.facts(path))) return undefined
  try {
    const ended = await processes.run({ command: path, timeoutMs: hookTimeoutMs })
    if (ended.code === 0) return ended.stdout.trim()
    const how = ended.timedOut ? `no end after ${hookTimeoutMs / 1000} s` : `exit status ${ended.code ?? ended.signal}`
    throw new FirmwareError('hook_failed', `${basename(path)}: expected exit status 0, got ${how}`)
  } catch (cause) {
    if (cause instanceof FirmwareError) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new FirmwareError('hook_failed', `${path}: cannot be run: ${why}`, { cause })
  }
}
