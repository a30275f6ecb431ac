import { closeSync, fstatSync, openSync, readSync, writevSync } from 'node:fs'

/** A disk with a volatile write cache, as disks have: what was written lasts for certain only after the next flush. */
export interface VolatileDisk {
  /** In bytes. */
  size: number
  read(offset: number, length: number): Buffer
  /** `offset` and length are whole sectors. `lasting`: past the cache (FUA). */
  write(offset: number, bytes: Uint8Array, lasting: boolean): void
  flush(): void
  /** Power goes. Of each sector that was not flushed, what it held before or what was written lasts, as `lasts` says. */
  cut(lasts: () => boolean): Cut
  close(): void
}

/** What became of the sectors that were not flushed. */
export interface Cut {
  lasted: number
  lost: number
}

const sectorBytes = 512
const mostPieces = 1024 // that the kernel takes in one call

/** The disk is a file. A sector is written whole or not at all, and any of them may be first. */
export function volatileDisk(path: string): VolatileDisk {
  const file = openSync(path, 'r+')
  const { size } = fstatSync(file)
  /** By number: what the cache holds of it. */
  const cached = new Map<number, Uint8Array>()

  function keep(sector: number, ...bytes: Uint8Array[]): void {
    if (bytes.length > 0) writevSync(file, bytes, sector * sectorBytes)
  }

  return {
    size,
    read(offset, length) {
      const bytes = Buffer.alloc(length)
      readSync(file, bytes, 0, length, offset)
      const first = offset / sectorBytes
      for (let i = 0; i < length / sectorBytes; i++) {
        const newer = cached.get(first + i)
        if (newer) bytes.set(newer, i * sectorBytes)
      }
      return bytes
    },
    write(offset, bytes, lasting) {
      if (offset % sectorBytes !== 0 || bytes.length % sectorBytes !== 0)
        throw new Error(`expected whole sectors, got ${bytes.length} bytes at ${offset}`)
      const first = offset / sectorBytes
      if (lasting) keep(first, bytes)
      for (let i = 0; i < bytes.length / sectorBytes; i++) {
        if (lasting) cached.delete(first + i)
        else cached.set(first + i, bytes.subarray(i * sectorBytes, (i + 1) * sectorBytes))
      }
    },
    flush() {
      let first = 0
      let run: Uint8Array[] = []
      for (const [sector, bytes] of cached) {
        if (sector !== first + run.length || run.length === mostPieces) {
          keep(first, ...run)
          first = sector
          run = []
        }
        run.push(bytes)
      }
      keep(first, ...run)
      cached.clear()
    },
    cut(lasts) {
      const result = { lasted: 0, lost: 0 }
      for (const [sector, bytes] of cached) {
        const kept = lasts()
        if (kept) keep(sector, bytes)
        result[kept ? 'lasted' : 'lost']++
      }
      cached.clear()
      return result
    },
    close: () => closeSync(file),
  }
}
