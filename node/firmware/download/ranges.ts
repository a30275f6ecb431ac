import { backoff, type Clock, extentOf, type Http, type HttpAnswer, type Log, type Random } from '@windlass/platform'
import type { StoredBytes } from '../objects/port.ts'
import { UpdateError } from '../update-error.ts'
import { Interrupted, refused, sorted } from './interrupted.ts'
import type { DownloadLimits } from './limits.ts'
import { Pace } from './pace.ts'

export interface RangePorts {
  http: Http
  clock: Clock
  random: Random
  log: Log
}

/** An answer being read: `at` is the place of its next byte in the whole, `end` that after its last. */
interface Stream {
  at: number
  end: number
  pieces: AsyncIterator<Uint8Array>
  left: Uint8Array
  answer: HttpAnswer
}

/**
 * The bytes of an object at a server, by ranges (updatehub.md 3.7). Reading on where the last reading ended goes on with the
 * same answer. Interruptions are mended from the right byte within `limits`; the bytes themselves are the reader's to check.
 * @throws UpdateError `server_refused` also where the server has no ranges or another object; the reason of `stop`
 */
export function rangesOf(
  ports: RangePorts,
  { url, size: whole }: { url: string; size: number },
  limits: DownloadLimits,
): StoredBytes {
  const pace = new Pace(ports.clock, limits)
  let stream: Stream | undefined

  async function open(at: number, until: number, stop: AbortSignal): Promise<Stream> {
    const { connectTimeoutMs, idleTimeoutMs } = limits
    const end = Math.min(until, whole)
    const headers = { range: `bytes=${at}-${end - 1}` }
    const answer = await ports.http.send({ url, headers, connectTimeoutMs, idleTimeoutMs }, stop)
    const extent = extentOf(answer)
    if (answer.status === 206 && extent?.from === at && (extent.total ?? whole) === whole) {
      return { at, end, pieces: pace.watch(answer.body, stop)[Symbol.asyncIterator](), left: new Uint8Array(), answer }
    }
    answer.discard()
    const came = `${answer.status} ${answer.headers['content-range'] ?? '(no Content-Range)'}`
    const message = `expected 206 with bytes ${at} and on of ${whole} from the server, got ${came}`
    throw refused(answer.status, message)
  }

  /** Some bytes from `at` on; none when the answer ended before it should. */
  async function next(at: number, until: number, stop: AbortSignal): Promise<Uint8Array> {
    if (stream?.at !== at || at === stream.end) {
      await drop()
      stream = await open(at, until, stop)
    }
    if (stream.left.length === 0) {
      const came = await stream.pieces.next()
      if (came.done) await drop()
      else stream.left = came.value
    }
    return stream?.left ?? new Uint8Array()
  }

  function taken(bytes: number): void {
    if (!stream) return
    stream.left = stream.left.subarray(bytes)
    stream.at += bytes
  }

  async function drop(): Promise<void> {
    const old = stream
    stream = undefined
    old?.answer.discard()
    await old?.pieces.return?.().catch(() => undefined)
  }

  /** Waits before another attempt, or throws when there have been enough. */
  async function interrupted(error: unknown, failed: number, stop: AbortSignal): Promise<void> {
    await drop()
    stop.throwIfAborted()
    const why = sorted(error)
    if (!(why instanceof Interrupted)) throw why
    if (failed >= limits.attempts) {
      throw new UpdateError(why.code, `${why.message} (attempt ${failed})`, { cause: why })
    }
    const waitMs = Math.round(backoff(limits.backOff, failed, ports.random))
    ports.log.warning('reading by ranges interrupted', { code: why.code, why: why.message, attempt: failed, waitMs })
    await ports.clock.sleep(waitMs, stop)
  }

  return {
    async *read(from, size, until, stop) {
      let [failed, ground] = [0, 0]
      for (let at = from; at < from + size; ) {
        let piece: Uint8Array
        try {
          piece = await next(at, Math.max(until, from + size), stop)
          if (piece.length === 0) throw new Interrupted('download_too_short', `the answer ended before byte ${at}`)
        } catch (error) {
          failed = ground >= limits.progressBytes ? 1 : failed + 1
          ground = 0
          await interrupted(error, failed, stop)
          continue
        }
        const part = piece.subarray(0, from + size - at)
        taken(part.length)
        at += part.length
        ground += part.length
        yield part
      }
    },
    close: drop,
  }
}
