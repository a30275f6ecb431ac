import type { Tree } from './tree.ts'

/*
 * Plain tar with regular files only (POSIX.1-1988 ustar): blocks of 512 bytes, a header in front of each file, two blank
 * blocks at the end. Paths up to 99 bytes.
 */

const block = 512

export function packTar(tree: Tree, mode = 0o644): Buffer {
  const parts = [...tree].flatMap(([path, content]) => [header(path, content.length, mode), padded(content)])
  return Buffer.concat([...parts, Buffer.alloc(2 * block)])
}

/** The files up to the blank block; what follows it is left alone. */
export function unpackTar(bytes: Uint8Array): Tree {
  const tar = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const tree = new Map<string, Uint8Array>()
  for (let at = 0; tar.toString('latin1', at + 257, at + 262) === 'ustar'; ) {
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 135), 8)
    const path = tar.toString('utf8', at, at + 100).replace(/\0.*$/s, '')
    tree.set(path, tar.subarray(at + block, at + block + size))
    at += block + Math.ceil(size / block) * block
  }
  return tree
}

function header(path: string, size: number, mode: number): Buffer {
  const head = Buffer.alloc(block)
  const put = (at: number, text: string) => head.write(text, at)
  put(0, path)
  for (const [at, number, digits] of [
    [100, mode, 7],
    [108, 0, 7],
    [116, 0, 7],
    [124, size, 11],
    [136, 0, 11],
  ] as const) {
    put(at, number.toString(8).padStart(digits, '0'))
  }
  put(148, ' '.repeat(8))
  put(156, '0')
  put(257, 'ustar\0' + '00')
  const sum = head.reduce((total, byte) => total + byte, 0)
  put(148, `${sum.toString(8).padStart(6, '0')}\0 `)
  return head
}

function padded(content: Uint8Array): Buffer {
  const whole = Buffer.alloc(Math.ceil(content.length / block) * block)
  whole.set(content)
  return whole
}
