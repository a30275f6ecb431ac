import { type HttpAnswer, HttpError, type HttpHeaders } from './http.ts'

export interface AnswerHead {
  status: number
  headers: HttpHeaders
  url: string
}

/** An answer of any adapter: its head, its pieces, and how to let go of it. */
export function makeAnswer(head: AnswerHead, body: AsyncIterable<Uint8Array>, discard: () => void): HttpAnswer {
  return {
    ...head,
    body,
    discard,
    async bytes(maxBytes) {
      const promised = Number(head.headers['content-length'] ?? 0)
      if (promised > maxBytes) throw tooLong(head.url, promised, maxBytes, discard)
      const pieces: Uint8Array[] = []
      let length = 0
      for await (const piece of body) {
        length += piece.length
        if (length > maxBytes) throw tooLong(head.url, length, maxBytes, discard)
        pieces.push(piece)
      }
      return Buffer.concat(pieces)
    },
  }
}

function tooLong(url: string, length: number, maxBytes: number, discard: () => void): HttpError {
  discard()
  return new HttpError('too_long', `expected at most ${maxBytes} bytes from ${url}, got ${length} or more`)
}
