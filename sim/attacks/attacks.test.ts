import { FakeDevice, fakeSettings, localApi } from '@windlass/firmware/fakes'
import { MemoryLog } from '@windlass/platform'
import { generateKeys, type Keys } from '@windlass/trust'
import { beforeAll, describe, expect, it } from 'vitest'
import { apiAttacks } from './local-api.ts'
import { packageAttacks } from './packages.ts'
import { serverAttacks } from './servers.ts'
import { behind, onStick, release } from './stage.ts'

let ours: Keys
let theirs: Keys
beforeAll(async () => {
  ours = await generateKeys(2048)
  theirs = await generateKeys(2048)
})

describe('a package file with', () => {
  it.each(packageAttacks)('$name', async ({ code, archive }) => {
    const after = await onStick(archive(ours, theirs), ours)
    if (code === null) return expect(after).toMatchObject({ version: '2', codes: [] })
    // Refused by name, and not a byte of it was written.
    expect(after).toMatchObject({ version: '1', spare: '0', codes: [code] })
    expect(after.states).not.toContain('install')
  })
})

describe('a server with', () => {
  it.each(serverAttacks)('$name: what is right in the end is installed, nothing else', async ({ attacked }) => {
    const after = await behind(attacked, ours, release(ours))
    expect(after.version).toBe('2')
  })
})

describe('at the local API', () => {
  it.each(apiAttacks)('$name', async ({ answers, run }) => {
    const device = new FakeDevice()
    device.settings = { ...fakeSettings, polling: { ...fakeSettings.polling, enabled: false } }
    const parked = Promise.withResolvers<void>()
    void device.live(() => {
      parked.resolve()
      return false
    })
    await parked.promise
    const api = localApi({ version: '0', ...device.api(), log: new MemoryLog() })
    const statuses = await run(api)
    expect(answers).toEqual(expect.arrayContaining([...new Set(statuses)]))
    expect(device.agent?.runner.state.at).toBe('park')
    expect(device.states).not.toContain('prepare_local_install')
  })
})
