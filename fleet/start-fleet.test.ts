import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { defaultSettings } from './settings/settings.ts'
import { startFleet } from './start-fleet.ts'

const open = { ...defaultSettings, data: '/nowhere/at/all', listen: { host: '0.0.0.0', port: 0 } }

describe('a fleet does not start', () => {
  it('beyond loopback without TLS', async () => {
    await expect(startFleet({ ...open, operatorToken: 'a-long-enough-token' })).rejects.toMatchObject({
      code: 'tls_required',
    })
    const everywhere = { ...open, listen: { host: '::', port: 0 } }
    await expect(startFleet(everywhere)).rejects.toMatchObject({ code: 'tls_required' })
  })

  it('with a key that could never verify anything', async () => {
    const { publicKey } = generateKeyPairSync('ed25519')
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    for (const key of [pem, 'no key'])
      await expect(startFleet({ ...defaultSettings, trustedKeys: [key] })).rejects.toMatchObject({
        code: 'settings_invalid',
      })
  })

  it('in a folder that cannot be made', async () => {
    await expect(startFleet({ ...defaultSettings, data: '/dev/null/fleet' })).rejects.toMatchObject({
      code: 'data_unusable',
    })
  })
})
