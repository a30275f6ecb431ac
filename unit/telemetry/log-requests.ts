import { errorInfo, type LogPart, type LogRequest, type UnitFact } from '@windlass/model/unit'
import type { Http, Log } from '@windlass/platform'
import type { LogOrder, Nodes } from '../ports.ts'

interface LogPorts {
  nodes: Pick<Nodes, 'list' | 'requestLog'>
  http: Http
  log: Log
  send(fact: UnitFact): void
}

/** A node's log on its way to an address of its own: whole, because it is sent as one body. */
interface Upload {
  url: string
  bearerToken: string | undefined
  parts: Map<string, LogPart[]>
}

/** 80 parts of 256 KiB is the most that AosCore's service managers send; compressed they are less. */
const mostUploadBytes = 32 * 1024 * 1024
const mostUploads = 16
const oks = { from: 200, below: 300 }

/** Has nodes send their logs, and hands the parts on as they come (aoscore.md 9.3). */
export class LogRequests {
  readonly #ports: LogPorts
  readonly #uploads = new Map<string, Upload>()

  constructor(ports: LogPorts) {
    this.#ports = ports
  }

  /** Asks every node that is meant; one that is away has that said in its place. */
  request(correlationId: string, request: LogRequest): void {
    const { nodes, log } = this.#ports
    const here = new Set(nodes.list().flatMap(({ nodeId, isConnected }) => (isConnected ? [nodeId] : [])))
    const meant = request.nodeIds.length > 0 ? request.nodeIds : [...here]
    this.#expectUpload(correlationId, request)
    log.info('log asked for', { type: request.type, nodes: meant.join(', ') })
    for (const nodeId of meant) {
      if (here.has(nodeId)) nodes.requestLog(nodeId, orderFor(correlationId, request))
      else this.#push(nodeId, { ...noPart(correlationId), error: errorInfo('failed', `node ${nodeId} is away`) })
    }
  }

  heard(nodeId: string, part: LogPart): void {
    const upload = this.#uploads.get(part.correlationId)
    if (!upload || part.status !== 'ok') return this.#push(nodeId, part)
    const parts = [...(upload.parts.get(nodeId) ?? []), part]
    upload.parts.set(nodeId, parts)
    const isTooLong = parts.reduce((sum, { data }) => sum + data.length, 0) > mostUploadBytes
    if (parts.length < part.partCount && !isTooLong) return
    upload.parts.delete(nodeId)
    if (!isTooLong) return void this.#upload(nodeId, parts, upload)
    this.#uploads.delete(part.correlationId)
    for (const one of parts) this.#push(nodeId, one)
  }

  #expectUpload(correlationId: string, { upload }: LogRequest): void {
    if (upload?.type !== 'https' || !upload.url) return
    const oldest = this.#uploads.keys().next()
    if (this.#uploads.size >= mostUploads && !oldest.done) this.#uploads.delete(oldest.value)
    this.#uploads.set(correlationId, { url: upload.url, bearerToken: upload.bearerToken, parts: new Map() })
  }

  /** Each part is a whole gzip stream, and so are all of them after one another. What cannot be sent so goes by the socket. */
  async #upload(nodeId: string, parts: readonly LogPart[], { url, bearerToken }: Upload): Promise<void> {
    const sorted = [...parts].sort((one, other) => one.part - other.part)
    try {
      if (!url.startsWith('https://')) throw new Error(`expected an address that starts with https://, got ${url}`)
      const answer = await this.#ports.http.send({
        url,
        method: 'PUT',
        headers: {
          'content-type': 'application/gzip',
          ...(bearerToken !== undefined && { authorization: `Bearer ${bearerToken}` }),
        },
        body: Buffer.concat(sorted.map(({ data }) => data)),
      })
      answer.discard()
      if (answer.status < oks.from || answer.status >= oks.below) throw new Error(`got status ${answer.status}`)
      this.#push(nodeId, { ...noPart(parts[0]?.correlationId ?? ''), part: 1, partCount: 1, status: 'ok' })
    } catch (error) {
      this.#ports.log.warning('log not uploaded, sent to the cloud instead', { node: nodeId, why: String(error) })
      for (const part of sorted) this.#push(nodeId, part)
    }
  }

  #push(nodeId: string, part: LogPart): void {
    this.#ports.send({ kind: 'push_log', nodeId, part })
  }
}

function noPart(correlationId: string): LogPart {
  return { correlationId, partCount: 0, part: 0, data: new Uint8Array(), status: 'error' }
}

function orderFor(correlationId: string, { type, filter, fromMs, tillMs }: LogRequest): LogOrder {
  const span = { ...(fromMs !== undefined && { fromMs }), ...(tillMs !== undefined && { tillMs }) }
  if (type === 'system') return { kind: 'system_log', correlationId, ...span }
  return { kind: type === 'instance' ? 'instance_log' : 'crash_log', correlationId, filter, ...span }
}
