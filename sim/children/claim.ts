import { mkdir, readdir, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '@windlass/platform'
import { DemoError } from '../demo-error.ts'
import { type Place, placeAt } from '../place.ts'
import { stopLeftOvers } from './left-overs.ts'
import { isAlive } from './process-identity.ts'
import { readRecord } from './record.ts'

/**
 * Takes a folder for a new demo: ends what an earlier one left running there and removes what it kept. `stopped` names it.
 * @throws DemoError `already_running`; `data_unusable` for a folder that holds anything else
 */
export async function claim(folder: string, clock: Clock): Promise<{ place: Place; stopped: string[] }> {
  const place = placeAt(await makeFolder(folder))
  const record = await readRecord(place.record)
  const names = await readdir(place.root)
  if (!record && names.length > 0) {
    const text = `expected an empty folder or an earlier demo's at ${folder}, got one with ${names.slice(0, 3).join(', ')}`
    throw new DemoError('data_unusable', text)
  }
  if (record?.demo && (await isAlive(record.demo))) {
    throw new DemoError('already_running', `a demo is running in ${folder} already (process ${record.demo.pid})`)
  }
  const stopped = record ? await stopLeftOvers(record, place.fleet, clock) : []
  await empty(place, names)
  for (const path of [place.packages, place.work, place.device, place.logs.folder]) await mkdir(path)
  return { place, stopped }
}

async function makeFolder(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true })
    return await realpath(folder)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new DemoError('data_unusable', `expected a folder at ${folder}, got: ${why}`, { cause })
  }
}

/** The record goes last: until then the folder is known to be a demo's. */
async function empty(place: Place, names: readonly string[]): Promise<void> {
  for (const path of names.map((name) => join(place.root, name)).filter((path) => path !== place.record)) {
    await rm(path, { recursive: true, force: true })
  }
  await rm(place.record, { force: true })
}
