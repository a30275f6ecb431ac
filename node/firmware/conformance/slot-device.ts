import { expect } from 'vitest'
import { Device, type Wishes } from './device.ts'
import { type Content, type Release, rawObject, release } from './release.ts'

export const imageBytes = 300_000

/** An image that says its version in the first line. */
export function image(version: string, size = imageBytes): Buffer {
  const bytes = Buffer.alloc(size, version)
  bytes.write(`${version}\n`)
  return bytes
}

/** A device with two slots, of which `running` says which was booted, and a boot loader that obeys `active`. */
export class SlotDevice implements AsyncDisposable {
  readonly device: Device
  #bootedBy: unknown
  private constructor(device: Device) {
    this.device = device
  }

  static async make(wishes: Wishes = {}): Promise<SlotDevice> {
    const device = await Device.make({ polling: true, ...wishes })
    await device.write('slot-0', image('3.0'))
    await device.write('slot-1', image('2.0'))
    await device.write('running', '0')
    await device.hook('version', `head -n 1 "${device.path('slot-')}$(cat "${device.path('running')}")"`)
    await device.program('meta/state-change-callback')
    await device.program('meta/validate-callback')
    await device.program('meta/rollback-callback')
    return new SlotDevice(device)
  }

  /** The update from 3.0 to 3.1. */
  get offer(): Release {
    return this.offering(image('3.1'))
  }

  offering(bytes: Buffer, more: Record<string, unknown> = {}): Release {
    const to = (slot: string): Content[] => [rawObject(bytes, this.device.path(slot))]
    return release(to('slot-0'), more, to('slot-1'))
  }

  /** The server as it is from now on: it offers to whoever does not run 3.1, until it hears of a failure. */
  serve(offer: Release = this.offer): void {
    const { server } = this.device
    server.answers.upgrades = (response, { body }) => {
      if (body['version'] === '3.1' || server.all('report error').length > 0) return void response.writeHead(404).end()
      server.offer = offer
      response.end(offer.metadata)
    }
  }

  /** The agent's restart is ordered and on record, by an agent that has not been restarted since. */
  get wantsRestart(): boolean {
    const { at, ordered, life } = this.device.journal as { at?: string; ordered?: boolean; life?: { process: string } }
    return (at === 'reboot' || at === 'reverting') && ordered === true && life?.process !== this.#bootedBy
  }

  async reboot(): Promise<void> {
    this.#bootedBy = (this.device.journal['life'] as { process: string }).process
    await this.device.kill()
    await this.device.write('running', this.device.read('active'))
    await this.device.start()
  }

  /** kill -9 without a restart of the system. What the agent had started goes on. */
  async crash(): Promise<void> {
    await this.device.kill()
    await this.device.start()
  }

  rests(done: () => boolean): boolean {
    return this.device.journal['at'] === 'poll' && done()
  }

  /** Restarts whenever that is ordered, until the device polls and `done` holds. */
  async live(done: () => boolean): Promise<void> {
    const ended = () => this.rests(done)
    for (let boots = 0; boots < 5; boots++) {
      await this.device.until('the end or a restart', () => ended() || this.wantsRestart)
      if (ended()) return
      await this.reboot()
    }
    throw new Error('expected an end after at most 5 restarts')
  }

  get lastVersion(): unknown {
    return this.device.server.all('upgrades').at(-1)?.body['version']
  }

  /** Lives until the server knows that the new version runs; then looks whether that is true. */
  async becomesNew(): Promise<void> {
    await this.live(() => this.lastVersion === '3.1')
    this.expectSlots('1', image('3.0'), image('3.1'))
  }

  expectSlots(running: string, slot0: Buffer, slot1: Buffer | undefined): void {
    const { device } = this
    expect(device.read('running').toString()).toBe(running)
    expect(device.read('active').toString()).toBe(running)
    expect(device.read('slot-0').equals(slot0), 'slot 0').toBe(true)
    if (slot1) expect(device.read('slot-1').equals(slot1), 'slot 1').toBe(true)
    expect(device.runtime.update).toEqual({})
  }

  /** While a state is held: what it is called, that it can be asked, and that it refuses what it must (updatehub.md 1.3). */
  async expectBusy(state: string, accepts: 'nothing' | 'abort' | 'requests' = 'nothing'): Promise<void> {
    const { api } = this.device
    const shown = async () => ((await api.get('/info')).json as { state: string }).state
    await this.device.until(`/info to say ${state}`, async () => (await shown()) === state)
    expect((await api.get('/log')).status).toBe(200)
    expect((await api.get('/windlass/status')).json).toMatchObject({ state })
    if (accepts !== 'abort') {
      expect((await api.post('/update/download/abort')).status).toBe(406)
    }
    if (accepts !== 'requests') {
      const busy = { status: 406, json: state }
      expect(await api.post('/probe')).toMatchObject(busy)
      expect(await api.post('/local_install', { file: '/x' })).toMatchObject(busy)
      expect(await api.post('/remote_install', { url: 'http://x.test' })).toMatchObject(busy)
    }
    expect(await shown()).toBe(state)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.device[Symbol.asyncDispose]()
  }
}
