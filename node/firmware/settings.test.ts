import { FakeFiles } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { formatDuration, parseDuration } from './duration.ts'
import { parseListenAddress } from './listen-address.ts'
import { loadSettings } from './load-settings.ts'
import { supportsMode } from './settings.ts'

const sample = `
[network]
server_address = "https://uh.example.test"
listen_socket = "localhost:8080"

[storage]
read_only = false
runtime_settings = "/data/updatehub/state.data"

[polling]
enabled = true
interval = "6h"

[update]
download_dir = "/var/lib/updatehub/download"
supported_install_modes = ["copy", "raw", "tarball", "ubootenv"]

[firmware]
metadata = "/usr/share/updatehub"
`

async function load(text?: string) {
  const files = new FakeFiles()
  if (text !== undefined) files.put('/etc/updatehub.conf', text)
  return loadSettings('/etc/updatehub.conf', files)
}

describe('the settings file', () => {
  it('is read in the format of UpdateHub', async () => {
    expect(await load(sample)).toMatchObject({
      serverAddress: 'https://uh.example.test',
      listen: { host: '127.0.0.1', port: 8080 },
      polling: { enabled: true, intervalMs: 6 * 3_600_000 },
      installModes: ['copy', 'raw', 'tarball', 'ubootenv'],
      strictProduct: false,
      callbackTimeoutMs: 600_000,
    })
  })

  it('may be absent (E1)', async () => {
    expect(await load()).toMatchObject({
      serverAddress: 'https://api.updatehub.io',
      polling: { intervalMs: 86_400_000 },
    })
  })

  it('may say more to us', async () => {
    const settings = await load(`${sample}\n[windlass]\nstrict_product = true\nreboot_wait = "90s"\n`)
    expect(settings).toMatchObject({ strictProduct: true, rebootWaitMs: 90_000, callbackTimeoutMs: 600_000 })
    const later = await load(
      `${sample}\n[windlass]\nwindows = ["daily 02:00-04:00"]\ntime_zone = "Europe/Berlin"\nhold_file = "/data/hold"\n`,
    )
    expect(later.policy).toMatchObject({
      windows: [{ fromMinute: 120 }],
      timeZone: 'Europe/Berlin',
      holdFile: '/data/hold',
    })
  })

  it('names the socket of the local API and who may write it', async () => {
    const usual = { path: '/run/windlass/agent.sock', mode: 0o660, group: null }
    expect((await load(sample)).apiSocket).toEqual(usual)
    const other = await load(`${sample}\n[windlass.api]\nmode = "666"\ngroup = "updaters"\n`)
    expect(other.apiSocket).toEqual({ ...usual, mode: 0o666, group: 'updaters' })
    expect((await load(`${sample}\n[windlass.api]\nsocket = "none"\n`)).apiSocket).toBeNull()
  })

  it.each([
    ['', { kind: 'scripts' }],
    ['boot_control = "u-boot"', { kind: 'u-boot', config: null }],
    ['boot_control = "u-boot"\nboot_environment = "/etc/env.config"', { kind: 'u-boot', config: '/etc/env.config' }],
    ['boot_control = "grub"\nboot_environment = "/boot/grubenv"', { kind: 'grub', path: '/boot/grubenv' }],
    ['boot_control = "systemd-boot"\nboot_environment = "/efi"', { kind: 'systemd-boot', path: '/efi' }],
    ['boot_control = "file"\nboot_environment = "/slots.json"', { kind: 'file', path: '/slots.json' }],
  ])('names the boot control: %j', async (lines, bootControl) => {
    expect(await load(`${sample}\n[windlass]\n${lines}\n`)).toMatchObject({ bootControl })
  })

  it.each([
    [
      'C14 a section left out',
      sample.replace(/\[firmware\]\n.*\n/, ''),
      'firmware.metadata: expected a value, got nothing',
    ],
    [
      'C15 an interval below 60 s',
      sample.replace('6h', '59s'),
      'polling.interval: expected a duration of at least 60 s',
    ],
    [
      'a boot control nobody knows',
      `${sample}\n[windlass]\nboot_control = "lilo"\n`,
      'windlass.boot_control: expected one of scripts, u-boot, grub, systemd-boot, file',
    ],
    [
      'a boot control without its place',
      `${sample}\n[windlass]\nboot_control = "grub"\n`,
      'windlass.boot_environment: expected a text, got nothing',
    ],
    [
      'a place that no boot control uses',
      `${sample}\n[windlass]\nboot_environment = "/boot/grubenv"\n`,
      'windlass.boot_environment: expected nothing while boot_control is scripts',
    ],
    [
      'a socket path that the kernel has no room for',
      `${sample}\n[windlass.api]\nsocket = "/${'x'.repeat(107)}"\n`,
      'windlass.api.socket: expected an absolute path of at most 107 bytes, or "none"',
    ],
    [
      'a mode that is none',
      `${sample}\n[windlass.api]\nmode = "0o660"\n`,
      'windlass.api.mode: expected permission bits',
    ],
    [
      'a word about links that means nothing',
      `${sample}\n[windlass.network]\nmetered = "sometimes"\n`,
      'windlass.network.metered: expected one of never, always, auto',
    ],
    ['a misspelt key', sample.replace('read_only', 'readonly'), 'storage.readonly: expected one of'],
    [
      'a server without a scheme',
      sample.replace('https://', ''),
      'network.server_address: expected an address that starts',
    ],
    [
      'E3 a host name to listen on',
      sample.replace('localhost:', 'gateway:'),
      'network.listen_socket: expected localhost:PORT',
    ],
    ['a number for a text', sample.replace('"6h"', '6'), 'polling.interval: expected a duration'],
    [
      'a window that is none',
      `${sample}\n[windlass]\nwindows = ["at night"]\n`,
      'windlass.windows: expected a list, each a window such as',
    ],
    ['text that is no TOML', '[network', 'expected a settings file'],
  ])('is refused with %s, naming the place', async (_, text, message) => {
    await expect(load(text)).rejects.toThrow(message)
  })

  it('may be the INI of version 1 agents', async () => {
    const ini = `[Polling]\nInterval=1h\nEnabled=false\n[Storage]\nRuntimeSettingsPath=/data/s\n[Update]\nDownloadDir=/tmp/u
SupportedInstallModes=copy,raw\n[Network]\nServerAddress=http://u.test\nListenSocket=localhost:8080\n`
    expect(await load(ini)).toMatchObject({
      polling: { enabled: false, intervalMs: 3_600_000 },
      installModes: ['copy', 'raw'],
    })
  })

  it('spells raw-delta and uboot-env either way (D7)', () => {
    expect(supportsMode(['ubootenv'], 'uboot-env')).toBe(true)
    expect(supportsMode(['raw-delta'], 'raw-delta')).toBe(true)
    expect(supportsMode(['rawdelta'], 'raw')).toBe(false)
  })
})

describe('durations', () => {
  it.each([
    ['60s', 60_000],
    ['1d', 86_400_000],
    ['90 min', 5_400_000],
    ['2hrs', 7_200_000],
    ['1.5h', 5_400_000],
    ['250', 250],
    ['-5s', -5_000],
    ['1 fortnight', undefined],
    ['', undefined],
  ])('%s', (text, ms) => expect(parseDuration(text)).toBe(ms))

  it('are shown in whole seconds', () => expect(formatDuration(86_400_500)).toBe('86400s'))
})

describe('listen addresses', () => {
  it.each([
    ['localhost:8080', { host: '127.0.0.1', port: 8080 }],
    ['[::1]:0', { host: '::1', port: 0 }],
    ['10.0.0.1:70000', undefined],
    ['gateway:80', undefined],
    ['8080', undefined],
  ])('%s', (text, address) => expect(parseListenAddress(text)).toEqual(address))
})
