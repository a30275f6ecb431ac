import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ended, FakeClock, FakeFiles, FakeHttp, FakeProcesses, type FakeProgram } from '@windlass/platform/fakes'
import { generateKeys } from '@windlass/trust'
import { beforeAll, describe, expect, it } from 'vitest'
import { FakeMounts } from '../objects/fake-mounts.ts'
import { slotsFor } from '../slots/slots-for.ts'
import type { Verdict } from './check.ts'
import { checks, examine, isFit, type Line, settingsLine } from './examine.ts'
import { jsonReport, textReport } from './report.ts'

const now = Date.UTC(2026, 5, 1)
const uid = '3f1c0e5b8a7d46922f1c0e5b8a7d46922f1c0e5b8a7d46922f1c0e5b8a7d4692'
const settings = `
[network]
server_address = "https://fleet.test"
listen_socket = "localhost:8080"
[storage]
read_only = false
runtime_settings = "/data/updatehub/state.conf"
[polling]
enabled = true
interval = "1d"
[update]
download_dir = "/data/download"
supported_install_modes = ["raw", "tarball", "ubootenv"]
[firmware]
metadata = "/meta"
[windlass.watchdog]
device = "/dev/watchdog0"
`
const watchdogLines = '[windlass.watchdog]\ndevice = "/dev/watchdog0"\n'
const meteredBy = (line: string) => `[windlass.network]\nmetered = "auto"\n${line}\n${watchdogLines}`
const root = { device: '8:1', source: '/dev/sda1', folder: '/', filesystem: 'ext4' }
const data = { device: '8:3', source: '/dev/sda3', folder: '/data', filesystem: 'ext4' }
const says =
  (stdout: string): FakeProgram =>
  () =>
    ended({ stdout })

let publicKey: string
let privatePem: string
beforeAll(async () => {
  const { publicKey: pub, privateKey } = await generateKeys(2048)
  publicKey = pub
  privatePem = privateKey
})

/** A device with which all is well; `change` spoils it. */
class Bed {
  readonly files = new FakeFiles()
  readonly clock = new FakeClock({ now })
  readonly processes = new FakeProcesses({
    'updatehub-active-get': says('1\n'),
    'updatehub-active-set': says(''),
    'updatehub-active-validated': says(''),
    reboot: says(''),
    tar: says(''),
    fw_setenv: says(''),
    'systemd-notify': says(''),
  })
  readonly http = new FakeHttp({ 'https://fleet.test': async () => ({ status: 404, headers: { date: this.date } }) })
  mounts = [root, data]
  date = new Date(now).toUTCString()

  constructor() {
    this.files.put('/etc/updatehub.conf', settings)
    this.files.put('/data/README', '')
    this.files.put('/meta/key.pub', publicKey, 0o644)
    this.hook('product-uid', uid)
    this.hook('version', '3.0')
    this.hook('hardware', 'gw-mk2')
    this.hook('device-identity.d/serial', 'serial=A1')
    this.hook('device-attributes.d/kernel', 'kernel=6.6')
    this.hook('validate-callback', '')
    this.files.put('/run/systemd/system/x', '')
    this.files.put('/dev/watchdog0', '')
  }

  hook(name: string, text: string): void {
    this.files.put(`/meta/${name}`, '', 0o755)
    this.processes.programs.set(`/meta/${name}`, says(text))
  }

  program(name: string, text: string): void {
    this.processes.programs.set(name, says(text))
  }

  without(name: string): void {
    this.processes.programs.delete(name)
  }

  plainServer(): void {
    this.settings('https:', 'http:')
    this.http.route('http://fleet.test', async () => ({ status: 200 }))
  }

  settings(from: string, to: string): void {
    this.files.put('/etc/updatehub.conf', settings.replace(from, to))
  }

  examine(): Promise<Line[]> {
    const { files, processes, http, clock } = this
    const slotsOf = ({ bootControl }: Parameters<Parameters<typeof examine>[1]['slotsOf']>[0]) =>
      slotsFor(bootControl, { files, processes })
    const mounts = new FakeMounts(this.mounts)
    return examine('/etc/updatehub.conf', { files, processes, http, clock, mounts, slotsOf })
  }
}

async function lineOf(name: string, change: (bed: Bed) => void = () => {}): Promise<Line | undefined> {
  const bed = new Bed()
  change(bed)
  return (await bed.examine()).find((line) => line.name === name)
}

type Row = [check: string, with_: string, verdict: Verdict, came: RegExp, change: (bed: Bed) => void]

const rows: Row[] = [
  ['settings', 'a missing key', 'wrong', /polling.interval: expected/, (bed) => bed.settings('interval = "1d"', '')],
  ['settings', 'no file', 'warning', /no \/etc\/updatehub.conf/, (bed) => void bed.files.remove('/etc/updatehub.conf')],
  ['product-uid', 'none', 'wrong', /expected it to print a product uid/, (bed) => bed.hook('product-uid', '')],
  ['product-uid', '63 digits', 'wrong', /got 63/, (bed) => bed.hook('product-uid', uid.slice(1))],
  ['product-uid', 'letters', 'warning', /zzz/, (bed) => bed.hook('product-uid', 'z'.repeat(64))],
  ['version', 'nothing', 'warning', /nothing/, (bed) => bed.hook('version', '')],
  ['hardware', 'no hook', 'warning', /no \/meta\/hardware/, (bed) => void bed.files.remove('/meta/hardware')],
  ['identity', 'no pair', 'wrong', /got "A1"/, (bed) => bed.hook('device-identity.d/serial', 'A1')],
  ['attributes', 'no pair', 'warning', /got "6.6"/, (bed) => bed.hook('device-attributes.d/kernel', '6.6')],
  ['attributes', 'no folder', 'ok', /none/, (bed) => bed.settings('/meta', '/elsewhere')],
  ['callbacks', 'no judge', 'warning', /^none$/, (bed) => void bed.files.remove('/meta/validate-callback')],
  ['callbacks', 'one that is no program', 'wrong', /rollback/, (bed) => bed.files.put('/meta/rollback-callback', '')],
  ['key', 'none', 'warning', /no \/meta\/key.pub/, (bed) => void bed.files.remove('/meta/key.pub')],
  ['key', 'a private one', 'wrong', /got BEGIN PRIVATE KEY/, (bed) => bed.files.put('/meta/key.pub', privatePem)],
  ['key', 'one that all may change', 'wrong', /mode 666/, (bed) => bed.files.put('/meta/key.pub', publicKey, 0o666)],
  [
    'boot-control',
    'a script missing',
    'wrong',
    /no updatehub-active-set in/,
    (bed) => bed.without('updatehub-active-set'),
  ],
  ['boot-control', 'an odd answer', 'wrong', /got "2"/, (bed) => bed.program('updatehub-active-get', '2')],
  ['reboot', 'no program', 'wrong', /none/, (bed) => bed.without('reboot')],
  [
    'watchdog',
    'its device not there',
    'wrong',
    /no \/dev\/watchdog0/,
    (bed) => void bed.files.remove('/dev/watchdog0'),
  ],
  ['watchdog', 'one that is found', 'ok', /watchdog0/, (bed) => bed.settings('"/dev/watchdog0"', '"auto"')],
  ['watchdog', 'one that nobody uses', 'warning', /nobody uses/, (bed) => bed.settings(watchdogLines, '')],
  [
    'watchdog',
    'none',
    'warning',
    /none/,
    (bed) => {
      bed.settings(watchdogLines, '')
      void bed.files.remove('/dev/watchdog0')
    },
  ],
  ['service-manager', 'no systemd-notify', 'wrong', /no systemd-notify/, (bed) => bed.without('systemd-notify')],
  ['state-storage', 'no data partition', 'wrong', /on the root filesystem/, (bed) => void bed.mounts.pop()],
  ['state-storage', 'memory', 'wrong', /in memory/, (bed) => bed.mounts.push({ ...data, filesystem: 'tmpfs' })],
  ['state-storage', 'a full disk', 'wrong', /ENOSPC/, (bed) => bed.files.failNext('create', 'ENOSPC')],
  [
    'state-storage',
    'read_only',
    'warning',
    /read_only/,
    (bed) => bed.settings('read_only = false', 'read_only = true'),
  ],
  ['download-space', 'memory', 'warning', /tmpfs/, (bed) => bed.mounts.push({ ...data, filesystem: 'tmpfs' })],
  ['download-space', 'little room', 'warning', / 9 MiB free/, (bed) => (bed.files.capacity = 10 * 2 ** 20)],
  ['install-modes', 'no tool', 'warning', /uboot-env lacks fw_setenv/, (bed) => bed.without('fw_setenv')],
  ['server', 'nobody there', 'wrong', /fleet.test/, (bed) => bed.http.fault('https://fleet.test', 'refuse')],
  ['server', 'no TLS', 'warning', /not over TLS/, (bed) => bed.plainServer()],
  ['clock', 'a flat battery', 'wrong', /^1970/, (bed) => bed.clock.jump(-now)],
  ['clock', 'a drift', 'warning', /server has 2026-06-02/, (bed) => (bed.date = 'Tue, 02 Jun 2026 00:00:00 GMT')],
  ['clock', 'nothing to compare', 'ok', /nothing to compare/, (bed) => (bed.date = '')],
  [
    'metered-link',
    'a command that is not there',
    'wrong',
    /no is-metered/,
    (bed) => bed.settings(watchdogLines, meteredBy('metered_command = "is-metered --quiet"')),
  ],
  [
    'metered-link',
    'interfaces',
    'ok',
    /^wwan0; .* over eth0$/,
    (bed) => {
      bed.settings(watchdogLines, meteredBy('metered_interfaces = ["wwan0"]'))
      bed.files.put('/proc/net/route', 'eth0 00000000 0101A8C0 0003 0 0 100 00000000\n')
    },
  ],
  ['metered-link', 'nobody to ask', 'warning', /no busctl/, (bed) => bed.settings(watchdogLines, meteredBy(''))],
  ['listen-address', 'the network', 'warning', /0.0.0.0/, (bed) => bed.settings('localhost:8080', '0.0.0.0:8080')],
]

describe('windlass doctor', () => {
  it('finds nothing where all is well', async () => {
    const lines = await new Bed().examine()
    expect(lines.filter(({ verdict }) => verdict !== 'ok')).toEqual([])
    expect(lines.map(({ name }) => name)).toEqual([settingsLine.name, ...checks.map(({ name }) => name)])
  })

  it.each(rows)('%s: with %s it is %s', async (name, _, verdict, came, change) => {
    const line = await lineOf(name, change)
    expect(line).toMatchObject({ verdict, came: expect.stringMatching(came) })
    expect(line?.advice === '').toBe(verdict === 'ok')
  })

  it('stops at settings that cannot be read', async () => {
    const bed = new Bed()
    bed.settings('interval', 'intervall')
    expect(await bed.examine()).toHaveLength(1)
  })

  it('leaves no file behind', async () => {
    const bed = new Bed()
    await bed.examine()
    expect(await bed.files.list('/data')).toEqual(['README'])
  })

  it('calls a device with warnings fit, one with something wrong not', async () => {
    const bed = new Bed()
    bed.settings(watchdogLines, '')
    expect(isFit(await bed.examine())).toBe(true)
    bed.without('reboot')
    expect(isFit(await bed.examine())).toBe(false)
  })

  it('says what was expected, what came and what to do', async () => {
    const bed = new Bed()
    bed.without('reboot')
    const lines = (await bed.examine()).filter(({ name }) => name === 'reboot' || name === 'key')
    expect(textReport(lines)).toBe(`ok       key     /meta/key.pub
wrong    reboot  none
                 expected: the program reboot in PATH
                 do: install one: the agent restarts the device with it after an update

not fit to be updated: 1 ok, 0 warning, 1 wrong
`)
    expect(JSON.parse(jsonReport(lines))).toMatchObject({ fit: false, checks: [{ name: 'key' }, { verdict: 'wrong' }] })
  })
})

describe('docs/integration.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/integration.md'), 'utf8')

  it('has every line that the doctor looks at, in its words', () => {
    for (const { name, expected } of [settingsLine, ...checks]) expect(page).toContain(`| \`${name}\` | ${expected} |`)
  })
})
