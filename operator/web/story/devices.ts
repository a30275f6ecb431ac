import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256Of } from '@windlass/trust'
import { writeArchive } from '@windlass/trust/pack'
import { operatorClient } from '@windlass/wire/operator'
import { encodeProbe, encodeReport, type FirmwareFacts, type ReportStatus } from '@windlass/wire/updatehub'
import type { FleetProgram } from './fleet-program.ts'

const product = sha256Of('the gateways of this story')
const headers = { 'user-agent': 'updatehub/2.0 Linux', 'content-type': 'application/json', 'api-retries': '0' }

/** A device as the fleet sees one: it asks, and reports. */
export class PlayedDevice {
  readonly #url: string
  readonly #facts: FirmwareFacts

  constructor({ url }: FleetProgram, serial: string, version: string) {
    this.#url = url
    const attributes = { site: 'harbour', kernel: '6.6.9' }
    this.#facts = { productUid: product, version, hardware: 'gw-mk2', identity: { serial }, attributes }
  }

  /** Answers which version it was offered, if any. */
  async probe(version = this.#facts.version): Promise<string | undefined> {
    const answer = await this.#post('/upgrades', encodeProbe({ ...this.#facts, version }))
    return /"version":"([^"]+)"/.exec(answer)?.[1]
  }

  async report(packageUid: string, ...statuses: ReportStatus[]): Promise<void> {
    for (const status of statuses) await this.#post('/report', encodeReport({ ...this.#facts, status, packageUid }))
  }

  async fail(packageUid: string): Promise<void> {
    const trouble = {
      previousState: 'installing',
      errorMessage: 'no_space: expected 64 MB free in set b, got 12 MB',
      currentLog: 'validation: signature holds\ninstall: set b is too small\n',
    }
    await this.#post('/report', encodeReport({ ...this.#facts, status: 'error', packageUid, trouble }))
  }

  async #post(path: string, body: string): Promise<string> {
    const answer = await fetch(this.#url + path, { method: 'POST', headers, body })
    if (answer.status >= 500 || answer.status === 400) throw new Error(`expected an answer, got ${answer.status}`)
    return answer.text()
  }
}

/** A package file of one object, in the fleet's folder. */
export async function makePackage({ folder }: FleetProgram, version: string, bytes: number) {
  const content = Buffer.alloc(bytes, version)
  const payload = join(folder, `payload-${version}`)
  await writeFile(payload, content)
  const size = content.length
  const sha256sum = sha256Of(content)
  const checks = { 'force-check-requirements-fail': false }
  const object = { filename: 'rootfs.ext4', mode: 'test', target: '/dev/null', sha256sum, size, ...checks }
  const objects = [[{ ...object }], [{ ...object }]]
  const metadata = JSON.stringify({ objects, product, 'supported-hardware': 'any', version })
  const path = join(folder, `gateway-${version}.uhupkg`)
  await writeArchive(path, { metadata, signature: '', objects: [{ sha256sum, size, path: payload }] })
  return { path, uid: sha256Of(metadata) }
}

export async function publish(fleet: FleetProgram, path: string): Promise<void> {
  await operatorClient({ url: fleet.url }).uploadPackage({ body: createReadStream(path) })
}

/** Devices at rest, those of every state of an update, and a rollout to all of them. */
export async function fillDevices(fleet: FleetProgram, quiet: number): Promise<PlayedDevice[]> {
  const old = await makePackage(fleet, '2.0', 40_000)
  const named = Array.from({ length: 6 }, (_, n) => new PlayedDevice(fleet, `GW-${1001 + n}`, '1.9'))
  const rest = Array.from({ length: quiet }, (_, n) => new PlayedDevice(fleet, `GW-${2001 + n}`, '1.9'))
  for (const device of [...named, ...rest]) await device.probe()
  await publish(fleet, old.path)
  await operatorClient({ url: fleet.url }).startRollout({ package: old.uid, to: { product } })
  for (const device of named) await device.probe()
  const [done, back, failed, loading, installing] = named
  for (const device of [done, back])
    await device?.report(old.uid, 'downloading', 'downloaded', 'installing', 'installed', 'rebooting')
  await done?.probe('2.0')
  await back?.probe('1.9')
  await failed?.report(old.uid, 'downloading', 'downloaded', 'installing')
  await failed?.fail(old.uid)
  await loading?.report(old.uid, 'downloading')
  await installing?.report(old.uid, 'downloading', 'downloaded', 'installing')
  return named
}

/** A rollout in three phases, of which the first is half done and one device of it failed. */
export async function fillPhases(fleet: FleetProgram, quiet: number): Promise<number> {
  const client = operatorClient({ url: fleet.url })
  const { path, uid } = await makePackage(fleet, '2.4', 90_000)
  await publish(fleet, path)
  const careful = { successPercent: 95, soakSeconds: 3600, failureLimit: 5 }
  const { id } = await client.startRollout({
    package: uid,
    to: { product },
    speed: { perMinute: 600, atOnce: 150 },
    health: { falseAlarmPercent: 0.5 },
    phases: [
      { size: { percent: 20 }, gate: careful },
      { size: { percent: 40 }, gate: { ...careful, approval: { by: ['anna', 'bjarne', 'chidi'], needed: 2 } } },
    ],
  })
  const way: ReportStatus[] = ['downloading', 'downloaded', 'installing', 'installed', 'rebooting']
  let taken = 0
  for (let n = 0; n < quiet; n += 1) {
    const device = new PlayedDevice(fleet, `GW-${2001 + n}`, '1.9')
    if ((await device.probe()) !== '2.4') continue
    taken += 1
    if (taken === 4) await device.fail(uid)
    else await device.report(uid, ...way.slice(0, taken % 3 === 0 ? 3 : 5))
    if (taken % 3 !== 0 && taken !== 4) await device.probe('2.4')
  }
  return id
}
