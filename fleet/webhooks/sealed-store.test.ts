import { chmod, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SeededRandom } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { testFolder } from '../adapters/http/test-fleet.ts'
import { keyIn, keyOf, sealWith } from '../adapters/webhook-key.ts'
import { memoryWebhookStore } from './memory-webhook-store.ts'
import { sealedWebhooks } from './sealed-store.ts'
import { webhookStoreContract } from './webhook-store.contract.ts'

const random = new SeededRandom(1)
const seal = sealWith(random.bytes(32), random)
const hook = { url: 'https://one.example', secret: 'the secret', events: ['group' as const], createdAt: 1 }

webhookStoreContract('what is sealed in memory', async () => ({
  store: await sealedWebhooks(memoryWebhookStore(), seal),
  close: async () => undefined,
}))

describe('sealed webhooks', () => {
  it('keep no secret as it is, neither a new one nor those of before', async () => {
    const kept = memoryWebhookStore()
    await kept.add({ ...hook, secret: 'of before' })
    const store = await sealedWebhooks(kept, seal)
    await store.add(hook)
    expect((await store.webhooks()).map(({ secret }) => secret)).toEqual(['of before', 'the secret'])
    const lying = (await kept.webhooks()).map(({ secret }) => secret)
    expect(lying).toEqual([expect.stringMatching(/^sealed:1:/), expect.stringMatching(/^sealed:1:/)])
    expect(JSON.stringify(lying)).not.toMatch(/before|the secret/)
    await sealedWebhooks(kept, seal)
    expect((await kept.webhooks()).map(({ secret }) => secret)).toEqual(lying)
  })

  it('whose key is lost are told nothing, as nobody could believe it', async () => {
    const kept = memoryWebhookStore()
    await (await sealedWebhooks(kept, seal)).add(hook)
    const other = await sealedWebhooks(kept, sealWith(random.bytes(32), random))
    const made = await other.add({ ...hook, url: 'https://two.example' })
    await other.queue('group', '{}', 1000)
    expect((await other.take(9, 1000, 2000)).map((due) => due.hook)).toEqual([made])
    const [first] = await other.webhooks()
    expect(await other.deliveries(first?.id ?? 0, 9)).toMatchObject([
      { state: 'given_up', error: expect.stringContaining('sealed with another key') as string },
    ])
  })

  it('are not opened with another key, nor when they were changed', () => {
    const sealed = seal.close('the secret')
    expect(seal.close('the secret')).not.toBe(sealed)
    expect(() => sealWith(random.bytes(32), random).open(sealed)).toThrow()
    const changed = Buffer.from(sealed, 'base64url')
    changed[30] = (changed[30] ?? 0) ^ 1
    expect(() => seal.open(changed.toString('base64url'))).toThrow()
  })
})

describe('the key of webhooks', () => {
  it('is made once, for its owner alone', async () => {
    const folder = await testFolder()
    const key = await keyIn(folder, random)
    expect(await keyIn(folder, random)).toEqual(Buffer.from(key))
    const path = join(folder, 'webhook-key')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(keyOf(await readFile(path, 'utf8'), path)).toEqual(Buffer.from(key))
    await chmod(path, 0o600)
    await writeFile(path, 'short')
    await expect(keyIn(folder, random)).rejects.toThrow('expected 32 bytes in base64, got 3')
  })
})
