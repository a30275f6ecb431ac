import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { errorInfo, type LogPart } from '@windlass/model/unit'

export interface LogPartLimits {
  /** Of one part, before it is packed. */
  maxPartSize: number
  /** Of one answer; the newest are kept. */
  maxPartCount: number
}

const packed = promisify<Uint8Array, Buffer>(gzip)

/** The answer to a log request (aoscore.md 9.3): parts numbered from 1, cut at ends of lines where there are some. */
export async function logParts(correlationId: string, text: Uint8Array, limits: LogPartLimits): Promise<LogPart[]> {
  if (text.length === 0) return [partOf(correlationId, 'empty')]
  const pieces = piecesOf(text, limits.maxPartSize).slice(-limits.maxPartCount)
  const data = await Promise.all(pieces.map((piece) => packed(piece)))
  return data.map((bytes, at) => ({
    correlationId,
    partCount: data.length,
    part: at + 1,
    data: bytes,
    status: 'ok',
  }))
}

/** Nobody of that description is here. */
export function noInstance(correlationId: string): LogPart {
  return {
    ...partOf(correlationId, 'absent'),
    error: { aosCode: 0, exitCode: 0, message: 'no service instance found' },
  }
}

export function logFailed(correlationId: string, why: string): LogPart {
  return { ...partOf(correlationId, 'error'), partCount: 0, part: 0, error: errorInfo('failed', why) }
}

function partOf(correlationId: string, status: LogPart['status']): LogPart {
  return { correlationId, partCount: 1, part: 1, data: new Uint8Array(), status }
}

function piecesOf(text: Uint8Array, most: number): Uint8Array[] {
  const newline = 0x0a
  const pieces: Uint8Array[] = []
  for (let at = 0; at < text.length; ) {
    const rest = text.subarray(at, at + most)
    const end = at + rest.length < text.length ? rest.lastIndexOf(newline) + 1 || rest.length : rest.length
    pieces.push(rest.subarray(0, end))
    at += end
  }
  return pieces
}
