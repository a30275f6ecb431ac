import { dirname } from 'node:path/posix'
import type { Files, OpenFile } from './files.ts'
import { FilesError } from './files-error.ts'

/** `readFile` of every adapter, made of its `open`. The file may grow or shrink meanwhile. */
export async function readWhole(files: Pick<Files, 'open'>, path: string, maxBytes: number): Promise<Uint8Array> {
  const file = await files.open(path, 'read')
  try {
    const size = await file.size()
    if (size > maxBytes) throw tooLarge(path, size, maxBytes)
    // One byte more than the size shows growth; /proc and /sys say 0 and hold more.
    let bytes = new Uint8Array(Math.min(Math.max(size, 4095), maxBytes) + 1)
    let at = 0
    for (;;) {
      const came = await file.read(bytes.subarray(at), at)
      if (came === 0) return bytes.subarray(0, at)
      at += came
      if (at > maxBytes) throw tooLarge(path, at, maxBytes)
      if (at === bytes.length) bytes = grown(bytes, maxBytes + 1)
    }
  } finally {
    await file.close()
  }
}

function grown(bytes: Uint8Array, most: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.min(bytes.length * 2, most))
  larger.set(bytes)
  return larger
}

function tooLarge(path: string, size: number, maxBytes: number): FilesError {
  return new FilesError('too_large', `expected at most ${maxBytes} bytes in ${path}, got ${size} or more`)
}

/** `replace` of every adapter. The temporary name is fixed, so that a power cut leaves nothing that piles up. */
export async function replaceWhole(
  files: Files,
  path: string,
  content: string | Uint8Array,
  mode?: number,
): Promise<void> {
  const folder = dirname(path)
  const temporary = `${path}.tmp`
  await files.makeFolder(folder)
  try {
    const file = await files.open(temporary, 'create')
    const prepare = async () => mode === undefined || (await files.setMode(temporary, mode))
    await synced(file, typeof content === 'string' ? encode(content) : content, prepare)
    await files.rename(temporary, path)
  } catch (error) {
    await files.remove(temporary).catch(() => undefined)
    throw error
  }
  await syncFolder(files, folder)
}

/** Makes the names in a folder survive a power cut. */
export async function syncFolder(files: Pick<Files, 'open'>, folder: string): Promise<void> {
  const opened = await files.open(folder, 'read')
  try {
    await opened.sync()
  } finally {
    await opened.close()
  }
}

async function synced(file: OpenFile, content: Uint8Array, prepare: () => Promise<unknown>): Promise<void> {
  try {
    await prepare()
    await file.write(content, 0)
    await file.sync()
  } finally {
    await file.close()
  }
}

const encode = (text: string) => new TextEncoder().encode(text)
