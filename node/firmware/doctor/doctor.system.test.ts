import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Device } from '../conformance/device.ts'

const windlass = join(import.meta.dirname, '../../../bin/windlass')

interface Report {
  fit: boolean
  checks: { name: string; verdict: string; came: string }[]
}

function doctor(device: Device): { status: number | null; report: Report } {
  const env = { ...process.env, PATH: `${device.path('bin')}:${process.env['PATH']}` }
  const args = [windlass, 'doctor', '--json', '--settings', device.path('updatehub.conf')]
  const { status, stdout } = spawnSync(process.execPath, args, { env, encoding: 'utf8' })
  return { status, report: JSON.parse(stdout) as Report }
}

describe('windlass doctor on a real device folder', () => {
  it('asks the hooks, the boot programs and the disk, and says what is wrong', async () => {
    await using device = await Device.make()
    device.server.stop()
    await device.hook('hardware', 'exit 3')
    const { status, report } = doctor(device)
    const found = Object.fromEntries(report.checks.map(({ name, verdict, came }) => [name, `${verdict}: ${came}`]))
    expect({ status, fit: report.fit }).toEqual({ status: 1, fit: false })
    expect(found).toMatchObject({
      settings: `ok: ${device.path('updatehub.conf')}`,
      version: 'ok: 3.0',
      hardware: 'wrong: hardware: expected exit status 0, got exit status 3',
      identity: 'ok: serial',
      'boot-control': 'ok: scripts: set a is active',
      reboot: `ok: ${device.path('bin/reboot')}`,
      'download-space': expect.stringMatching(/^(ok|warning): .* MiB free/),
      server: expect.stringMatching(/^wrong: .*ECONNREFUSED/),
    })
  })
})
