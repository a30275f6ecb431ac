import { createHash } from 'node:crypto'
import { FakeDevice, fakeImage, fakeRelease, fakeSettings, JoinedUnit } from '@windlass/firmware/fakes'
import type { ComponentUpdate } from '@windlass/model/unit'
import { createLog, type RpcServer } from '@windlass/platform'
import { type Database, openDatabase } from '@windlass/platform/database'
import { FakeClock, FakeRpc } from '@windlass/platform/fakes'
import { zipOf } from '@windlass/trust/fakes'
import { answerManagers, ManagerLinks, UnitFirmware, UpdateRecord } from '@windlass/unit/firmware'

const address = 'unit:8091'
const slotBytes = 64 * 1024
const never = new AbortController().signal
const log = createLog([], () => 0)
const following = { prepare: 'start', start: 'apply', apply: 'rest', revert: 'prepare' } as const

/** Devices that really update, and the firmware room of a unit that commands them over an RPC inside this process. */
export class PlayedUnit {
  readonly devices = new Map<string, FakeDevice>()
  readonly rpc = new FakeRpc()
  firmware: UnitFirmware
  /** What is on the unit's disk of its own update. */
  step: 'prepare' | 'start' | 'apply' | 'revert' | 'rest' = 'prepare'
  readonly #db: Database = openDatabase(':memory:')
  readonly #lives: Promise<void>[] = []
  #server: RpcServer | undefined

  private constructor() {
    this.firmware = this.#makeFirmware().firmware
  }

  /** @param nodes each node's priority */
  static async start(nodes: Readonly<Record<string, number>>): Promise<PlayedUnit> {
    const unit = new PlayedUnit()
    for (const [nodeId, priority] of Object.entries(nodes)) unit.#addDevice(nodeId, priority)
    await unit.startAgain()
    return unit
  }

  /** The communication manager's process ends, and begins anew on what it had written down. */
  async startAgain(): Promise<void> {
    await this.#server?.close()
    const { firmware, links } = this.#makeFirmware()
    this.firmware = firmware
    this.#server = await this.rpc.listen(address, null, answerManagers(links))
  }

  device(nodeId: string): FakeDevice {
    const device = this.devices.get(nodeId)
    if (!device) throw new Error(`expected one of ${[...this.devices.keys()].join(', ')}, got ${nodeId}`)
    return device
  }

  get versions(): string[] {
    return [...this.devices.values()].map(({ version }) => version)
  }

  orders(version: string): Map<string, readonly ComponentUpdate[]> {
    return new Map([...this.devices].map(([nodeId, device]) => [nodeId, [orderFor(nodeId, version, device)]]))
  }

  /** As the unit's update manager would do it: all or nothing, and after a restart the step again in which it was. */
  async update(version: string, stop: AbortSignal = never): Promise<'done' | 'taken back'> {
    const { firmware } = this
    const steps = {
      prepare: () => firmware.prepare(this.orders(version), stop),
      start: () => firmware.start(stop),
      apply: () => firmware.apply(stop),
      revert: () => firmware.revert(stop),
    }
    while (this.step !== 'rest') {
      try {
        await steps[this.step]()
        this.step = following[this.step]
      } catch (error) {
        stop.throwIfAborted()
        if (!(error instanceof Error) || error.name !== 'UnitError') throw error
        this.step = 'revert'
      }
      if (this.step === 'prepare') return 'taken back'
    }
    this.step = 'prepare'
    return 'done'
  }

  async end(): Promise<void> {
    for (const device of this.devices.values()) device.rest()
    await Promise.all(this.#lives)
    await this.#server?.close()
  }

  #makeFirmware() {
    const expects = (nodeId: string) => this.devices.has(nodeId)
    const links = new ManagerLinks({ expects, refuses: () => undefined }, log)
    const firmware = new UnitFirmware({ links, record: new UpdateRecord(this.#db), clock: new FakeClock(), log })
    return { links, firmware }
  }

  #addDevice(nodeId: string, priority: number): void {
    const device = new FakeDevice()
    device.files.addDevice('/dev/slot-a', slotBytes, fakeImage('1.0.0'))
    device.files.addDevice('/dev/slot-b', slotBytes, fakeImage('0.9.0'))
    const settings = {
      communicationManager: address,
      tls: null,
      nodeId,
      priority,
      componentType: 'rootfs',
      componentId: `rootfs_${nodeId}`,
    }
    device.settings = { ...fakeSettings, polling: { ...fakeSettings.polling, enabled: false }, unit: settings }
    device.unit = new JoinedUnit(settings, this.rpc)
    this.devices.set(nodeId, device)
    this.#lives.push(device.live(() => false))
  }
}

/** The package lies on the device's own disk, as the unit's store does for the main node. */
function orderFor(nodeId: string, version: string, device: FakeDevice): ComponentUpdate {
  const { metadata, objects } = fakeRelease(version)
  const payloads = [...objects].map(([name, bytes]) => ({ name, data: Buffer.from(bytes) }))
  const bytes = zipOf([{ name: 'signature' }, { name: 'metadata', data: metadata }, ...payloads])
  const path = `/blobs/${version}`
  device.files.put(path, bytes)
  return {
    componentId: `rootfs_${nodeId}`,
    componentType: 'rootfs',
    version,
    annotations: '',
    url: `file://${path}`,
    sha3: createHash('sha3-256').update(bytes).digest(),
    size: bytes.length,
  }
}
