import { chown, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path/posix'
import { nodeProcesses } from '@windlass/platform'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findQuotas, type QuotaWay } from './find-quotas.ts'
import { type QuotasSubject, testFolderQuotas } from './folder-quotas.contract.ts'
import { lacksQuotas, QuotaDisk } from './quota-disk.ts'

const processes = nodeProcesses()
const lacks = await lacksQuotas()
const service = 5000

describe.skipIf(lacks)(`a filesystem with project quotas${lacks}`, () => {
  let disk: QuotaDisk
  let way: Extract<QuotaWay, { by: 'filesystem' }>
  beforeAll(async () => {
    disk = await QuotaDisk.make('with quotas')
    const found = await findQuotas(disk.folder, processes, true)
    if (found.by !== 'filesystem') throw new Error(found.why)
    way = found
  })
  afterAll(() => disk[Symbol.asyncDispose]())

  testFolderQuotas('ext4', async (): Promise<QuotasSubject> => {
    return {
      quotas: way.quotas,
      blockBytes: way.blockBytes,
      async folder(name) {
        const path = join(disk.folder, name)
        await mkdir(path)
        await chown(path, service, service)
        return path
      },
      async write(path, bytes) {
        const user = ['--reuid', String(service), '--regid', String(service), '--clear-groups']
        const dd = ['dd', 'if=/dev/zero', `of=${path}`, 'bs=1024', `count=${bytes / 1024}`, 'conv=fsync']
        const { code, stderr } = await processes.run({ command: 'setpriv', args: [...user, ...dd] })
        if (code === 0) return true
        if (!stderr.includes('Disk quota exceeded')) throw new Error(stderr)
        await rm(path, { force: true })
        return false
      },
      remove: (folder) => rm(folder, { recursive: true }),
      async [Symbol.asyncDispose]() {
        for (const name of ['a', 'b']) await rm(join(disk.folder, name), { recursive: true, force: true })
        for (const project of [1001, 1002]) await way.quotas.lift(project)
      },
    }
  })

  it('keeps them over a restart of the machine', async () => {
    const folder = join(disk.folder, 'a')
    await mkdir(folder)
    await way.quotas.mark(folder, 1001)
    await way.quotas.limit(1001, { bytes: 65_536, files: 10 })
    await disk.unmount()
    await disk.mount()
    expect(await way.quotas.projectOf(folder)).toBe(1001)
    expect([...(await way.quotas.projects()).keys()]).toEqual([1001])
  })
})
