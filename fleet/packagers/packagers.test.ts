import { createLog } from '@windlass/platform'
import { SeededRandom } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { sealWith } from '../adapters/webhook-key.ts'
import { memoryPackagerStore } from './memory-packager-store.ts'
import { packagerStoreContract } from './packager-store.contract.ts'
import { sealedPackagers } from './sealed-packagers.ts'

const random = new SeededRandom(1)
const seal = sealWith(random.bytes(32), random)
const said: string[] = []
const log = createLog([({ text }) => said.push(text)], () => 0)
const ci = { id: 'a1', name: 'ci', secret: 'the secret', createdAt: 1000 }
const close = async () => undefined

packagerStoreContract('memory', async () => ({ store: memoryPackagerStore(), close }))
packagerStoreContract('what is sealed in memory', async () => ({
  store: await sealedPackagers(memoryPackagerStore(), seal, log),
  close,
}))

describe('sealed packagers', () => {
  it('keep no secret as it is, neither a new one nor those of before', async () => {
    const kept = memoryPackagerStore()
    await kept.add({ ...ci, secret: 'of before' })
    const store = await sealedPackagers(kept, seal, log)
    await store.add({ ...ci, id: 'b2' })
    expect((await store.packagers()).map(({ secret }) => secret)).toEqual(['of before', 'the secret'])
    expect(JSON.stringify(await kept.packagers())).not.toMatch(/of before|the secret/)
  })

  it('are nobody where the key is lost', async () => {
    const kept = memoryPackagerStore()
    await (await sealedPackagers(kept, seal, log)).add(ci)
    const store = await sealedPackagers(kept, sealWith(random.bytes(32), random), log)
    expect(await store.packager('a1')).toBeUndefined()
    expect(said).toEqual([expect.stringContaining('sealed with another key')])
    expect(await store.packagers()).toMatchObject([{ id: 'a1', name: 'ci' }])
  })
})
