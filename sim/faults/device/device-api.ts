import type { HttpHandler } from '@windlass/platform'
import type { Life } from '../world/life.ts'

/** The local API of a device, as somebody beside it has it: there while an agent runs. */
export class DeviceApi {
  #handler: HttpHandler | undefined
  #life: Life | undefined

  up(handler: HttpHandler, life: Life): void {
    this.#handler = handler
    this.#life = life
  }

  /** Undefined when nobody is there, or when the agent ends before it answers. */
  async ask(
    method: 'GET' | 'POST',
    path: string,
    body?: object,
  ): Promise<{ status: number; body: string } | undefined> {
    const [handler, life] = [this.#handler, this.#life]
    if (!handler || !life?.alive) return undefined
    const gone = Promise.withResolvers<undefined>()
    const forget = life.onEnd(() => gone.resolve(undefined))
    const headers = { host: 'localhost:8080', 'content-type': 'application/json' }
    const sent = Buffer.from(JSON.stringify(body) ?? '')
    const request = { method, path, query: new URLSearchParams(), headers, body: sent }
    try {
      const answer = await Promise.race([handler(request, new AbortController().signal), gone.promise])
      return answer && { status: answer.status, body: typeof answer.body === 'string' ? answer.body : '' }
    } finally {
      forget()
    }
  }
}
