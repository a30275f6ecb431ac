/** The next so many bytes; undefined when fewer are left. */
export type Take = (length: number) => Promise<Buffer | undefined>

/** Reads a stream in pieces of the lengths that are asked for. */
export function readsExactly(source: AsyncIterable<Uint8Array>): Take {
  const pieces = source[Symbol.asyncIterator]()
  let waiting: Uint8Array[] = []
  let length = 0
  return async (wanted) => {
    while (length < wanted) {
      const next = await pieces.next().catch(() => ({ done: true, value: undefined }) as const)
      if (next.done) return undefined
      waiting.push(next.value)
      length += next.value.length
    }
    const all = Buffer.concat(waiting)
    waiting = [all.subarray(wanted)]
    length -= wanted
    return all.subarray(0, wanted)
  }
}
