import { mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeProcesses } from '@windlass/platform'
import { describe, expect, it, onTestFinished } from 'vitest'
import { systemTree } from './gateway.ts'
import { imageKind } from './image-kind.ts'
import { plainImages } from './plain.ts'

const found = await imageKind(nodeProcesses())
const kinds = found.name === 'ext4' ? [found, plainImages] : [plainImages]
const bytes = 64 * 1024 * 1024

async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'image-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

describe.each(kinds)('images of kind $name', (kind) => {
  it('are exactly as large as asked, and show what is in them', async () => {
    const work = await freshFolder()
    const [path, into] = [join(work, 'system.img'), join(work, 'root')]
    await kind.make(systemTree('7.1', { uplink: true }), { path, bytes, label: 'gateway-7.1' }, work)
    expect((await stat(path)).size).toBe(bytes)
    await mkdir(into)
    await kind.open(path, into)
    expect(await readFile(join(into, 'etc/os-release'), 'utf8')).toContain('VERSION_ID=7.1\n')
    expect(await readFile(join(into, 'usr/bin/gateway'), 'utf8')).toContain('#!/bin/sh')
  })

  it('cannot be opened when there is nothing in them', async () => {
    const work = await freshFolder()
    const path = join(work, 'blank.img')
    await writeFile(path, '')
    await truncate(path, bytes)
    await expect(kind.open(path, work)).rejects.toThrow(/expected an/)
  })
})

if (found.name !== 'ext4') it.skip('images of kind ext4: mkfs.ext4 and debugfs are not installed', () => undefined)
