import type { LogPartRecord } from '@windlass/wire/operator'

const mostBytes = 16 * 1024 * 1024

/** What came of one asked log from one node. `missing`: parts that are still on their way. */
export interface NodeLog {
  nodeId: string
  parts: readonly LogPartRecord[]
  missing: number
}

/** The parts that answer a request, by node and in order. Pure. */
export function nodeLogs(all: readonly LogPartRecord[], request: string): NodeLog[] {
  const nodes = Map.groupBy(
    all.filter((part) => part.request === request),
    ({ nodeId }) => nodeId,
  )
  return [...nodes]
    .map(([nodeId, own]) => {
      const parts = own.toSorted((a, b) => a.part - b.part)
      return { nodeId, parts, missing: Math.max(0, (parts[0]?.partCount ?? 1) - parts.length) }
    })
    .sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1))
}

/** The log's text. Each part is a gzip of its own; a part that is no log says why. */
export async function logText(parts: readonly LogPartRecord[]): Promise<string> {
  const texts = await Promise.all(parts.map(partText))
  return texts.join('')
}

async function partText({ status, gzip, error }: LogPartRecord): Promise<string> {
  return status === 'ok' ? unpack(gzip) : `(${error ?? status})\n`
}

async function unpack(gzip: string): Promise<string> {
  const bytes = Uint8Array.from(atob(gzip), (char) => char.charCodeAt(0))
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  const pieces: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  for await (const piece of stream) {
    size += piece.length
    if (size > mostBytes) break
    pieces.push(piece)
  }
  return new Blob(pieces).text()
}
