import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FakeFiles } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { loadSettings } from './load-settings.ts'

const sample = readFileSync(join(import.meta.dirname, '../packaging/files/updatehub.conf'), 'utf8')

function load(text: string) {
  const files = new FakeFiles()
  files.put('/etc/updatehub.conf', text)
  return loadSettings('/etc/updatehub.conf', files)
}

describe('the sample settings', () => {
  it('are settings', async () => {
    expect(await load(sample)).toMatchObject({
      listenSocket: 'localhost:8080',
      runtimeSettingsPath: '/data/updatehub/state.conf',
      bootControl: { kind: 'scripts' },
      health: { server: true, withinMs: 300_000 },
    })
  })

  it('are settings also with everything that is commented out', async () => {
    expect(await load(sample.replaceAll(/^# (\w+ = )/gm, '$1'))).toMatchObject({
      policy: { timeZone: 'Europe/Berlin' },
      health: { units: ['my-service.service'] },
    })
  })
})
