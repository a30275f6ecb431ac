import { memoryJournal } from '@windlass/platform/fakes'
import type { RuntimeSettingsDocument } from '@windlass/wire/updatehub'
import { decodeRuntimeSettings } from '@windlass/wire/updatehub'
import { describe, expect, it } from 'vitest'
import { runtimeSettingsOfIni } from './legacy-runtime-settings.ts'
import { RuntimeSettings } from './runtime-settings.ts'

const own = { path: '/data/state.data', persistent: true }
const uid = '4f9afe46bab04d535c83d33309609a1adcbc9a2d2a6753e57daf58144b1c9f71'
const file: RuntimeSettingsDocument = {
  polling: {
    last: '2026-01-02T03:04:05.678901234Z',
    retries: 3,
    now: false,
    server_address: { custom: 'http://10.0.0.9:8080' },
  },
  update: { upgrade_to_installation: 'b', applied_package_uid: uid },
  path: '/elsewhere',
  persistent: true,
}

describe('runtime settings', () => {
  it('are what the file says, but for their own path', async () => {
    const settings = await RuntimeSettings.load(memoryJournal(file), own)
    expect(settings.toDocument()).toEqual({ ...file, path: own.path })
    expect(settings.lastProbe).toBe(Date.UTC(2026, 0, 2, 3, 4, 5, 678))
    expect(settings.takeInherited()).toEqual({ uid, target: 'b' })
    expect(settings.takeInherited()).toBeNull()
  })

  it('begin empty', async () => {
    const settings = await RuntimeSettings.load(memoryJournal(), own)
    expect(settings.toDocument().polling).toEqual({
      last: '1970-01-01T00:00:00Z',
      retries: 0,
      now: false,
      server_address: 'default',
    })
    expect(settings.lastProbe).toBe(0)
  })

  it('save the whole document, the counter and the custom server riding along', async () => {
    const journal = memoryJournal<RuntimeSettingsDocument>()
    const settings = await RuntimeSettings.load(journal, own)
    settings.retries = 2
    settings.useServer('http://other.test')
    expect(journal.saved).toEqual([])
    await settings.installed(uid, 'b')
    expect(journal.saved.at(-1)).toMatchObject({
      polling: { retries: 2, server_address: { custom: 'http://other.test' } },
      update: { upgrade_to_installation: 'b', applied_package_uid: uid },
    })
    await settings.concluded()
    expect(journal.saved.at(-1)).toMatchObject({ polling: { now: true }, update: {} })
    await settings.probed(1_000)
    expect(journal.saved.at(-1)).toMatchObject({ polling: { now: false, last: '1970-01-01T00:00:01.000Z' } })
  })

  it('on read-only storage are kept in memory (C12)', async () => {
    const journal = memoryJournal<RuntimeSettingsDocument>()
    const settings = await RuntimeSettings.load(journal, { ...own, persistent: false })
    await settings.concluded()
    expect(settings.probeForced).toBe(true)
    expect(settings.toDocument().persistent).toBe(false)
    expect(journal.saved).toEqual([])
  })

  it('refuse a file with keys nobody knows', () => {
    const odd = { ...file, polling: { ...file.polling, more: 1 } }
    expect(() => decodeRuntimeSettings(JSON.stringify(odd))).toThrow('runtime settings.polling.more: expected never')
  })

  it('are taken over from version 1 agents', () => {
    const ini =
      '[Polling]\nLastPoll=2020-01-02T03:04:05Z\nRetries=2\nProbeASAP=true\n[Update]\nUpgradeToInstallation=1\n'
    expect(runtimeSettingsOfIni(ini)).toMatchObject({
      polling: { last: '2020-01-02T03:04:05.000Z', retries: 2, now: true },
      update: { upgrade_to_installation: 'b' },
    })
    expect(runtimeSettingsOfIni('foo')).toBeUndefined()
  })
})
