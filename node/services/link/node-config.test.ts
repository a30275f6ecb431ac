import { FakeFiles } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { NodeConfigFile } from './node-config.ts'

const config = JSON.stringify({
  nodeGroupSubject: { codename: 'main' },
  alertRules: { ram: { minTimeout: 'PT1S', minThreshold: 1, maxThreshold: 2 } },
})
const path = '/var/aos_node.cfg'

async function opened(files = new FakeFiles()) {
  const file = new NodeConfigFile(files, path)
  await file.load()
  return { files, file }
}

describe('the configuration of a node', () => {
  it('is absent at first, then installed, also after a restart', async () => {
    const { files, file } = await opened()
    expect(file.status()).toEqual({ version: '0.0.0', state: 'absent' })
    expect(await file.set(config, '1.0.0')).toEqual({ version: '1.0.0', state: 'installed' })
    const later = (await opened(files)).file
    expect(later.status()).toEqual({ version: '1.0.0', state: 'installed' })
    expect(later.alertRules()?.ram).toEqual({ minTimeoutMs: 1000, minThreshold: 1, maxThreshold: 2 })
  })

  it('of a lower version is refused with "wrong version" (L25)', async () => {
    const { file } = await opened()
    await file.set(config, '1.0.0')
    expect(file.check(config, '0.9.0')).toMatchObject({ state: 'failed', error: { aosCode: 9 } })
    expect(file.check(config, '0.9.0').error?.message).toMatch(/^wrong version/)
    expect(file.status().version).toBe('1.0.0')
  })

  it('of a lower version is put back when the unit takes an update back', async () => {
    const { file } = await opened()
    await file.set(config, '2.0.0')
    expect(await file.set(config, '1.0.0')).toEqual({ version: '1.0.0', state: 'installed' })
    expect(file.status().version).toBe('1.0.0')
  })

  it('of the same version is installed, without an error (L26)', async () => {
    const { file } = await opened()
    await file.set(config, '1.0.0')
    expect(file.check(config, '1.0.0')).toEqual({ version: '1.0.0', state: 'installed' })
  })

  it('of a pre-release after the release is refused (L27)', async () => {
    const { file } = await opened()
    await file.set(config, '1.0.0')
    expect(file.check(config, '1.0.0-beta').state).toBe('failed')
  })

  it('that makes no sense is refused, and nothing is written (L29)', async () => {
    const { files, file } = await opened()
    expect(file.check('no json', '1.0.0')).toMatchObject({ state: 'failed', error: { aosCode: 6 } })
    expect(await file.set('no json', '1.0.0')).toMatchObject({ state: 'failed' })
    expect(await files.facts(path)).toBeUndefined()
  })

  it('that is broken on disk is told, and any version replaces it', async () => {
    const files = new FakeFiles()
    await files.makeFolder('/var')
    await files.replace(path, 'broken')
    const { file } = await opened(files)
    expect(file.status()).toMatchObject({ state: 'failed' })
    expect((await file.set(config, '0.1.0')).state).toBe('installed')
  })
})
