import { dirname } from 'node:path/posix'
import { UpdateError } from '../update-error.ts'
import type { DownloadPorts } from './fetch.ts'
import type { Fetched } from './fetcher.ts'
import { Interrupted, sorted } from './interrupted.ts'
import type { DownloadLimits } from './limits.ts'
import { Pace } from './pace.ts'
import { PartFile } from './part-file.ts'
import { pour } from './pour.ts'
import { type Piece, Source } from './source.ts'
import { untilDone } from './until-done.ts'

/** A package file of which nothing is known beforehand. */
export interface WantedPackage {
  url: string
  path: string
  maxBytes: number
}

/**
 * Brings a whole package file to `path`, over whatever lies there (direct_download, updatehub.md 2.6; no header fields of
 * ours, 3.1). Nothing tells whether the bytes are right until the archive is read, so a cut download goes on only under
 * the same strong ETag and starts over otherwise; a failed one leaves no file.
 * @returns its size in bytes
 * @throws UpdateError `server_unreachable`, `server_refused`, `download_*`, `no_space`; the reason of `stop` when it fires
 */
export async function fetchPackage(
  ports: DownloadPorts,
  wanted: WantedPackage,
  limits: DownloadLimits,
  progress: Fetched,
  stop: AbortSignal,
): Promise<number> {
  try {
    const fresh = { mostKept: 0, syncEveryBytes: limits.syncEveryBytes }
    const part = await PartFile.open(ports.files, wanted.path, fresh, stop)
    try {
      await fill(part, ports, wanted, limits, progress, stop)
      await part.keep()
      return part.length
    } finally {
      await part.close()
    }
  } catch (error) {
    await ports.files.remove(wanted.path)
    throw sorted(error)
  }
}

async function fill(
  part: PartFile,
  ports: DownloadPorts,
  { url, path, maxBytes }: WantedPackage,
  limits: DownloadLimits,
  progress: Fetched,
  stop: AbortSignal,
): Promise<void> {
  const source = new Source(ports.http, { url, headers: {}, size: undefined }, limits)
  const pace = new Pace(ports.clock, limits)
  const room = await ports.files.freeBytes(dirname(path))
  const most = Math.min(maxBytes, room)
  const tooMuch = () =>
    room < maxBytes
      ? new UpdateError('no_space', `expected a package that fits into ${room} free bytes, got a longer one`)
      : new UpdateError('download_too_long', `expected a package of at most ${maxBytes} bytes, got a longer one`)
  let announced: number | null = null
  await untilDone(
    async (told) => {
      const piece = await source.ask(part.length, stop)
      announced = piece.total ?? null
      if ((piece.total ?? 0) > most) {
        piece.answer.discard()
        throw tooMuch()
      }
      await pour(piece, { part, most, tooMuch }, pace, told, stop)
      ensureWhole(piece, part)
    },
    { held: 0, progress: (held) => progress(held, announced) },
    ports,
    limits,
    stop,
  )
}

function ensureWhole({ total }: Piece, { length }: PartFile): void {
  if (total === undefined || length >= total) return
  throw new Interrupted('download_too_short', `expected ${total} bytes from the server, which ended after ${length}`)
}
