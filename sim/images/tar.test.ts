import { execFileSync } from 'node:child_process'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { packTar, unpackTar } from './tar.ts'
import { treeOf } from './tree.ts'

const paths = fc.stringMatching(/^[a-z0-9]{1,20}(\/[a-z0-9]{1,20}){0,3}$/)

describe('tar', () => {
  it('gives back the files that were packed', () => {
    fc.assert(
      fc.property(fc.dictionary(paths, fc.uint8Array({ maxLength: 2000 })), (files) => {
        const tree = treeOf(files)
        expect(unpackTar(packTar(tree))).toEqual(tree)
      }),
    )
  })

  it('leaves alone what follows the files', () => {
    const tree = treeOf({ 'etc/os-release': 'VERSION_ID=1.0\n' })
    expect(unpackTar(Buffer.concat([packTar(tree), Buffer.alloc(5000, 7)]))).toEqual(tree)
  })

  it('finds no files in what is no tar', () => {
    expect(unpackTar(Buffer.alloc(4096)).size).toBe(0)
  })

  it('is what the tar program reads', () => {
    const tar = packTar(treeOf({ 'a/b.txt': 'hello', c: '' }))
    expect(execFileSync('tar', ['-tf', '-'], { input: tar, encoding: 'utf8' })).toBe('a/b.txt\nc\n')
  })
})
