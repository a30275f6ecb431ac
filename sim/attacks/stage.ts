import { FakeDevice, fakeImage, fakeServerAddress, fakeSettings } from '@windlass/firmware/fakes'
import type { HttpHandler } from '@windlass/platform'
import { type Keys, sha256Of, sign } from '@windlass/trust'

const product = 'p'

/** What the metadata of an honest package says, and the bytes that belong to it. */
export interface Release {
  metadata: string
  signature: string
  objects: ReadonlyMap<string, Uint8Array>
}

/** Version 2 for the device of this stage, signed. `change` is made to the metadata before that. */
export function release(keys: Keys, change: (metadata: Record<string, unknown>) => unknown = (same) => same): Release {
  const image = fakeImage('2')
  const sha256sum = sha256Of(image)
  const [a, b] = ['a', 'b'].map((set) => ({
    mode: 'raw',
    filename: 'v2.img',
    size: image.length,
    sha256sum,
    'target-type': 'device',
    target: `/dev/slot-${set}`,
  }))
  const said = change({ product, version: '2', 'supported-hardware': 'any', objects: [[a], [b]] })
  const metadata = typeof said === 'string' ? said : JSON.stringify(said)
  return { metadata, signature: sign(keys.privateKey, Buffer.from(metadata)), objects: new Map([[sha256sum, image]]) }
}

/** How a device came out of an attack. `codes`: of the failures that its agent named. */
export interface Aftermath {
  version: string
  spare: string
  codes: readonly string[]
  states: readonly string[]
}

/** Gives a device a package file on a stick, and has it installed. */
export async function onStick(archive: Uint8Array, keys: Keys): Promise<Aftermath> {
  const device = deviceWith(keys, false)
  device.files.put('/media/stick.uhupkg', archive)
  const codes = watchCodes(device)
  let [ordered, idle] = [false, 0]
  await device.live(() => {
    if (!ordered) void device.agent?.runner.order({ on: 'install_file', source: '/media/stick.uhupkg' })
    ordered = true
    // It comes to rest before it takes the order, and once more when all is over.
    idle += 1
    return idle > 1
  })
  return aftermath(device, codes)
}

/** A device whose server is attacked: `attacked` stands in front of the honest one, for so many hours. */
export async function behind(
  attacked: (honest: HttpHandler) => HttpHandler,
  keys: Keys,
  offered: Release,
): Promise<Aftermath> {
  const device = deviceWith(keys, true)
  const codes = watchCodes(device)
  device.server.offered = { version: '2', ...offered }
  device.server.insists = true
  device.http.route(fakeServerAddress, attacked(device.server.handler))
  const patience = device.clock.now() + 24 * 3_600_000
  await device.live(() => device.server.lastVersion === '2' || device.clock.now() > patience)
  return aftermath(device, codes)
}

function deviceWith(keys: Keys, polling: boolean): FakeDevice {
  const device = new FakeDevice()
  device.settings = { ...fakeSettings, polling: { ...fakeSettings.polling, enabled: polling } }
  device.files.put('/key.pub', keys.publicKey)
  return device
}

function watchCodes(device: FakeDevice): string[] {
  const codes: string[] = []
  device.onMove = () => {
    const state = device.agent?.runner.state
    if (state && 'trouble' in state) codes.push(state.trouble.code)
  }
  return codes
}

function aftermath(device: FakeDevice, codes: readonly string[]): Aftermath {
  const { version, states } = device
  return { version, spare: device.versionOf(device.running === 'a' ? 'b' : 'a'), codes: [...new Set(codes)], states }
}
