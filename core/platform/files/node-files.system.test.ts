import { execFile } from 'node:child_process'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeFiles } from './node-files.ts'

const run = promisify(execFile)
const size = 3 * 1024 * 1024 + 512

describe('nodeFiles on a loop device', () => {
  let folder: string
  let device: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'windlass-loop-'))
    await writeFile(join(folder, 'image'), '')
    await truncate(join(folder, 'image'), size)
    device = (await run('losetup', ['-f', '--show', join(folder, 'image')])).stdout.trim()
  })
  afterAll(async () => {
    await run('losetup', ['-d', device])
    await rm(folder, { recursive: true })
  })

  it('knows it as a device and measures it', async () => {
    expect(await nodeFiles.facts(device)).toMatchObject({ kind: 'block', size: 0 })
    const opened = await nodeFiles.open(device, 'read')
    expect(await opened.size()).toBe(size)
    await opened.close()
  })

  it('writes up to its end and not past it', async () => {
    const opened = await nodeFiles.open(device, 'update')
    await opened.write(Uint8Array.of(1, 2, 3), size - 3)
    await opened.sync()
    await expect(opened.write(Uint8Array.of(1, 2), size - 1)).rejects.toMatchObject({ code: 'ENOSPC' })
    const into = new Uint8Array(10)
    expect(await opened.read(into, size - 3)).toBe(3)
    await opened.close()
  })
})
