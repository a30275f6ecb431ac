import { dirname } from 'node:path/posix'
import type { Sha256 } from '@windlass/model'
import type { Clock, Files, Http, Log, Random } from '@windlass/platform'
import type { Progress } from '../objects/port.ts'
import { UpdateError } from '../update-error.ts'
import { Interrupted, sorted } from './interrupted.ts'
import type { DownloadLimits } from './limits.ts'
import { Pace } from './pace.ts'
import { PartFile } from './part-file.ts'
import { pour } from './pour.ts'
import { Source } from './source.ts'
import { ensureSpace } from './space.ts'
import { untilDone } from './until-done.ts'

export interface DownloadPorts {
  http: Http
  files: Files
  clock: Clock
  random: Random
  log: Log
}

/** What is fetched, and what it must turn out to be. `size` in bytes. */
export interface WantedObject {
  url: string
  headers: Readonly<Record<string, string>>
  path: string
  size: number
  sha256sum: Sha256
}

/**
 * Brings an object to `path`, going on from the bytes that lie there (updatehub.md 3.5, decision D4). When it returns, the
 * file is complete, right, and survives a power cut; a file that is so already costs no request. Interruptions are
 * retried within `limits`. `progress` tells the bytes held, which fall back to 0 when the download starts over. A failure
 * leaves the bytes that came for the next time, except those known to be wrong.
 * @throws UpdateError `server_unreachable`, `server_refused`, `download_*`, `object_mismatch`, `no_space`;
 *   the reason of `stop` when it fires
 */
export async function fetchObject(
  ports: DownloadPorts,
  wanted: WantedObject,
  limits: DownloadLimits,
  progress: Progress,
  stop: AbortSignal,
): Promise<void> {
  try {
    const keeping = { mostKept: wanted.size, syncEveryBytes: limits.syncEveryBytes }
    const part = await PartFile.open(ports.files, wanted.path, keeping, stop)
    try {
      progress(part.length)
      await complete(part, ports, wanted, limits, progress, stop)
      await part.keep()
    } finally {
      if (part.length === 0 && wanted.size > 0) await ports.files.remove(wanted.path)
      await part.close()
    }
  } catch (error) {
    throw sorted(error)
  }
}

async function complete(
  part: PartFile,
  ports: DownloadPorts,
  wanted: WantedObject,
  limits: DownloadLimits,
  progress: Progress,
  stop: AbortSignal,
): Promise<void> {
  const source = new Source(ports.http, wanted, limits)
  const pace = new Pace(ports.clock, limits)
  const vessel = { part, most: wanted.size, tooMuch: () => tooLong(wanted) }
  const attempt = async (told: Progress) => {
    if (part.length === wanted.size) return
    const piece = await source.ask(part.length, stop)
    await pour(piece, vessel, pace, told, stop)
    if (part.length < wanted.size) throw tooShort(wanted, part.length)
  }
  for (;;) {
    await ensureSpace(ports.files, dirname(wanted.path), wanted.size - part.length)
    await untilDone(attempt, { held: part.length, progress }, ports, limits, stop)
    const came = part.digest()
    if (came === wanted.sha256sum) return
    const { inherited } = part
    await part.empty()
    if (!inherited) throw mismatch(wanted, came, source.changed)
    ports.log.warning('bytes of an earlier download were wrong, starting over', { path: wanted.path })
  }
}

function tooLong({ size }: WantedObject): UpdateError {
  return new UpdateError('download_too_long', `expected ${size} bytes from the server, which sent more`)
}

function tooShort({ size }: WantedObject, came: number): Interrupted {
  return new Interrupted('download_too_short', `expected ${size} bytes from the server, which ended after ${came}`)
}

function mismatch({ sha256sum }: WantedObject, came: Sha256, changed: boolean): UpdateError {
  const message = `expected bytes of SHA-256 ${sha256sum}, got bytes of ${came}`
  return changed
    ? new UpdateError('download_changed', `the object changed on the server meanwhile: ${message}`)
    : new UpdateError('object_mismatch', message)
}
