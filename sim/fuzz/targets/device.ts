import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import {
  FirmwareError,
  formatGrubEnvironment,
  headerSize,
  loadSettings,
  parseGrubEnvironment,
  parseMountinfo,
  parsePairs,
  parseWindow,
  readBootEntry,
  readHeader,
  runtimeSettingsOfIni,
  startBytes,
  UpdateError,
  ubootSlots,
} from '@windlass/firmware/parsers'
import { FilesError, SettingsError } from '@windlass/platform'
import { ended, FakeFiles, FakeProcesses } from '@windlass/platform/fakes'
import { decodeRuntimeSettings, WireError } from '@windlass/wire/updatehub'
import type { Target } from '../target.ts'

const root = new URL('../../../', import.meta.url)
const file = (path: string) => readFileSync(new URL(path, root))
const textOf = (input: Uint8Array) => Buffer.from(input).toString()
const never = () => false
const sample = file('node/packaging/files/updatehub.conf').toString()
const legacy =
  '[Polling]\nEnabled=true\nInterval=1h\n[Storage]\nReadOnly=false\nRuntimeSettingsPath=/x\n[Update]\nDownloadDir=/y\nSupportedInstallModes=raw,copy\n[Network]\nServerAddress=http://x\n'

const settings: Target = {
  name: 'settings',
  seeds: [sample, sample.replaceAll(/^# (\w+ = )/gm, '$1'), legacy],
  tokens: [
    '[',
    ']',
    '=',
    '"',
    '"""',
    "'''",
    '\n',
    'true',
    'windlass',
    'polling',
    'interval',
    '1d',
    '{',
    '}',
    '1979-05-27T07:32:00Z',
  ],
  async read(input) {
    const files = new FakeFiles()
    files.put('/settings', input)
    await loadSettings('/settings', files)
  },
  refuses: (error) => error instanceof SettingsError || error instanceof FilesError,
}

const runtime = {
  polling: { last: '2026-01-01T00:00:00Z', retries: 0, now: false, server_address: 'default' },
  update: {},
  path: '',
  persistent: true,
}
const runtimeSettings: Target = {
  name: 'runtime-settings',
  json: true,
  seeds: [
    JSON.stringify(runtime),
    JSON.stringify({
      ...runtime,
      polling: { ...runtime.polling, server_address: { custom: 'http://x' } },
      update: { upgrade_to_installation: 'a', applied_package_uid: 'x' },
    }),
    '[Polling]\nLastPoll=2020-01-01T00:00:00Z\nRetries=1\nProbeASAP=true\n[Update]\nUpgradeToInstallation=1\n',
  ],
  tokens: ['[Polling]', '[Update]', '[__proto__]', 'LastPoll=', 'Retries=', '=', '[', ']', 'a[]=1'],
  read: (input) => runtimeSettingsOfIni(textOf(input)) ?? decodeRuntimeSettings(input),
  refuses: (error) => error instanceof WireError,
}

const hookOutput: Target = {
  name: 'hook-output',
  seeds: ['serial=A1\nmac=00:11\nmac=22:33', ''],
  tokens: ['=', '\n', '__proto__=', 'constructor='],
  read: (input) => JSON.stringify(parsePairs(textOf(input), 'identity')),
  refuses: (error) => error instanceof FirmwareError,
}

const uBoot: Target = {
  name: 'u-boot-environment',
  seeds: ['updatehub_active=0\nupgrade_available=1\nbootcount=0\nbootcmd=run a; run b\n'],
  tokens: ['updatehub_active=', 'bootcount=', '=', '\n', '\r'],
  async read(input) {
    const slots = ubootSlots(
      new FakeProcesses({ fw_printenv: () => ended({ stdout: textOf(input) }), fw_setenv: () => ended() }),
      null,
    )
    await slots.active()
    await slots.validated()
  },
  refuses: (error) => error instanceof UpdateError,
}

const grub: Target = {
  name: 'grub-environment',
  seeds: [
    formatGrubEnvironment(
      new Map([
        ['active', 'a'],
        ['next_entry', 'b'],
        ['others', 'x\\\ny'],
      ]),
      1024,
    ),
    // Took as long as the square of its length once.
    `# GRUB Environment Block\n${'#'.repeat(20_000)}`,
  ],
  tokens: ['# GRUB Environment Block\n', 'active=', 'next_entry=', '\\', '\n', '#', '='],
  read(input) {
    const variables = parseGrubEnvironment(input)
    if (variables) formatGrubEnvironment(variables, input.length)
  },
  refuses: (error) => error instanceof UpdateError,
}

const bootEntries: Target = {
  name: 'systemd-boot-names',
  seeds: ['slot-7-b+2-1.conf', 'slot-0-a.conf', 'loader.conf'],
  tokens: ['slot-', '-a', '-b', '+', '-', '.conf'],
  read: (input) => readBootEntry(textOf(input)),
  refuses: never,
}

const mountinfo: Target = {
  name: 'mountinfo',
  seeds: ['36 35 98:0 /root /folder rw shared:1 - ext4 /dev/root rw\n37 35 0:5 / /with\\040blank rw - tmpfs none rw'],
  tokens: [' - ', '\\040', '\\134', '\n', ' '],
  read: (input) => parseMountinfo(textOf(input)),
  refuses: never,
}

const maintenanceWindow: Target = {
  name: 'maintenance-window',
  seeds: ['daily 02:00-04:30', 'sat,sun 22:00-02:00', 'mon-fri 01:00-05:00'],
  tokens: ['mon', 'sun', 'daily', '-', ',', ':', ' '],
  read: (input) => parseWindow(textOf(input)),
  refuses: never,
}

const fixtures = ['rollsum-brotli', 'rollsum-zstd', 'fixed-brotli', 'buzhash-brotli']
const deltaHeader: Target = {
  name: 'delta-header',
  seeds: fixtures.map((name) => {
    const whole = file(`node/firmware/objects/delta/fixtures/${name}.cba`)
    return whole.subarray(0, headerSize(whole))
  }),
  mend: withChecksum,
  read(input) {
    const size = headerSize(input.subarray(0, startBytes))
    if (size <= input.length) readHeader(input.subarray(0, size), 100_000)
  },
  refuses: (error) => error instanceof UpdateError,
}

/** The dictionary's length and the checksum over the header are right again. */
function withChecksum(input: Uint8Array): Uint8Array {
  const copy = Buffer.from(input)
  if (copy.length < startBytes + 72) return copy
  copy.writeBigUInt64LE(BigInt(copy.length - startBytes - 72), 6)
  const end = copy.length - 64
  createHash('blake2b512').update(copy.subarray(0, end)).digest().copy(copy, end)
  return copy
}

export const device: readonly Target[] = [
  settings,
  runtimeSettings,
  hookOutput,
  uBoot,
  grub,
  bootEntries,
  mountinfo,
  maintenanceWindow,
  deltaHeader,
]
