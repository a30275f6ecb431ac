import { request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { isIP } from 'node:net'
import { judgedLookup } from '@windlass/platform'
import { isPublic } from '../webhooks/addresses.ts'
import type { Post } from '../webhooks/post.ts'

const answerWithinMs = 10_000

/**
 * Posts over HTTP, never following a redirect. Unless `privateToo`, only to addresses of the open net: the one that is judged is the
 * one that is connected to, so that a name cannot lead elsewhere in between.
 */
export function guardedPost({ privateToo }: { privateToo: boolean }): Post {
  return {
    send(text, headers, body) {
      const url = new URL(text)
      const name = url.hostname.replace(/^\[(.*)\]$/, '$1')
      if (!privateToo && isIP(name) !== 0 && !isPublic(name)) return Promise.reject(notPublic(name))
      const { promise, resolve, reject } = Promise.withResolvers<number>()
      const send = url.protocol === 'https:' ? tlsRequest : plainRequest
      const bytes = Buffer.from(body)
      const options = {
        method: 'POST',
        headers: { ...headers, 'content-length': bytes.length },
        signal: AbortSignal.timeout(answerWithinMs),
        agent: false,
        ...(!privateToo && { lookup: judgedLookup(isPublic, notPublic) }),
      } as const
      const sent = send(url, options, (answer) => {
        answer.destroy()
        resolve(answer.statusCode ?? 0)
      })
      sent.on('error', reject)
      sent.end(bytes)
      return promise
    },
  }
}

function notPublic(what: string): Error {
  return new Error(`expected an address of the open net (the settings can allow others: privateWebhooks), got ${what}`)
}
