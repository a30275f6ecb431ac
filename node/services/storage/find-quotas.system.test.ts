import { nodeProcesses } from '@windlass/platform'
import { describe, expect, it } from 'vitest'
import { findQuotas } from './find-quotas.ts'
import { QuotaDisk } from './quota-disk.ts'

const processes = nodeProcesses()

describe.skipIf(process.getuid?.() !== 0)('a filesystem without quotas (as root)', () => {
  it('is found to have none, and why', async () => {
    await using disk = await QuotaDisk.make('without quotas')
    const why = `${disk.folder} is mounted without the option prjquota`
    expect(await findQuotas(disk.folder, processes, true)).toEqual({ by: 'measuring', why })
    expect(await findQuotas('/proc', processes, true)).toEqual({
      by: 'measuring',
      why: '/proc is proc; only ext4 can',
    })
    expect(await findQuotas(disk.folder, processes, false)).toEqual({
      by: 'measuring',
      why: 'only root may set them',
    })
  })
})
