import { expect, it } from 'vitest'
import { FakeQuotas } from './fake-quotas.ts'
import { testFolderQuotas } from './folder-quotas.contract.ts'
import { quotaFor } from './folder-quotas.ts'
import { usageIn } from './project-quotas.ts'

testFolderQuotas('the fake', async () => {
  const quotas = new FakeQuotas()
  return {
    quotas,
    blockBytes: quotas.blockBytes,
    folder: async (name) => `/${name}`,
    write: async (path, bytes) => quotas.write(path, bytes),
    remove: async (folder) => quotas.remove(folder),
    [Symbol.asyncDispose]: async () => undefined,
  }
})

it('a quota is whole blocks and one for the folder, and as many files', () => {
  expect(quotaFor(1000, 4096)).toEqual({ bytes: 8192, files: 2 })
  expect(quotaFor(4096, 4096)).toEqual({ bytes: 8192, files: 2 })
  expect(quotaFor(100_000, 1024)).toEqual({ bytes: 99 * 1024, files: 99 })
})

it('what repquota prints becomes bytes by project', () => {
  const csv = `Project,BlockStatus,FileStatus,BlockUsed,BlockSoftLimit,BlockHardLimit,BlockGrace,FileUsed,FileSoftLimit,FileHardLimit,FileGrace
#0,ok,ok,14,0,0,0,3,0,0,0
#1464401921,hard,ok,102,0,104,0,3,0,26,0
#1464401922,ok,ok,0,0,8,0,0,0,2,0
#1464401923,ok,ok,0,0,0,0,0,0,0,0

`
  expect([...usageIn(csv)]).toEqual([
    [1_464_401_921, 104_448],
    [1_464_401_922, 0],
  ])
})
