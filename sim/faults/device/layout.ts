import { parseWindow, type Settings } from '@windlass/firmware/fakes'
import type { InstallationSet } from '@windlass/model'
import { FakeFiles } from '@windlass/platform/fakes'
import { fleetAddress } from '../fleet/sim-fleet.ts'
import { hardware, image, partNames, productUid, type SlotPart, slotParts } from '../world/catalogue.ts'

/*
 * Where things lie on a simulated device, and what its settings say.
 */

export const pollEveryMs = 3_600_000
export const pollJitterMs = 600_000
export const slotsPath = '/boot/slots.json'

const bootIdPath = '/proc/sys/kernel/random/boot_id'
const metadataFolder = '/usr/share/updatehub'
export const deviceDiskBytes = 2 ** 20

const usual: Settings = {
  serverAddress: fleetAddress,
  listenSocket: 'localhost:8080',
  listen: { host: '127.0.0.1', port: 8080 },
  apiSocket: null,
  watchdog: null,
  unit: null,
  readOnly: false,
  runtimeSettingsPath: '/data/state.conf',
  polling: { enabled: true, intervalMs: pollEveryMs },
  downloadFolder: '/data/download',
  installModes: ['raw'],
  metadataFolder,
  strictProduct: true,
  pollJitterMs,
  mostBytesPerSecond: null,
  watchFolder: null,
  callbackTimeoutMs: 60_000,
  rebootWaitMs: 300_000,
  bootControl: { kind: 'file', path: slotsPath },
  policy: { windows: [], timeZone: 'UTC', holdFile: null },
  link: { metered: 'never', command: null, interfaces: [] },
  health: {
    commands: ['check-health'],
    http: [],
    units: [],
    server: false,
    minimumUptimeMs: 20_000,
    withinMs: 120_000,
  },
}

/** `window`: when it may install; always where there is none. */
export function settingsFor(window: string | undefined): Settings {
  const opens = window === undefined ? undefined : parseWindow(window)
  return opens ? { ...usual, policy: { ...usual.policy, windows: [opens] } } : usual
}

/** The programs of the metadata folder, by what they are for. */
export const hooks = {
  product: `${metadataFolder}/product-uid`,
  version: `${metadataFolder}/version`,
  hardware: `${metadataFolder}/hardware`,
  identity: `${metadataFolder}/device-identity.d/serial`,
  stateChange: `${metadataFolder}/state-change-callback`,
  validate: `${metadataFolder}/validate-callback`,
} as const

export interface FactoryDisk {
  seed: number
  /** PEM. */
  publicKey: string
  /** What is in set a. */
  version: string
  /** Bytes. */
  capacity: number
}

/** A disk as it leaves the factory, with nothing in set b. */
export function factoryDisk({ seed, publicKey, version, capacity }: FactoryDisk): FakeFiles {
  const disk = new FakeFiles({ seed, capacity })
  for (const part of partNames) {
    disk.addDevice(slotDevice('a', part), slotParts[part], image(version, part))
    disk.addDevice(slotDevice('b', part), slotParts[part])
  }
  disk.put(slotsPath, JSON.stringify({ active: 'a', onTrial: false, starts: 0 }))
  disk.put(`${metadataFolder}/key.pub`, publicKey)
  for (const path of Object.values(hooks)) disk.put(path, '#!/bin/sh\n', 0o755)
  disk.put('/proc/self/mountinfo', '')
  disk.put('/data/.keep', '')
  return disk
}

export function putBootId(disk: FakeFiles, bootId: string): void {
  disk.put(bootIdPath, `${bootId}\n`)
}

export function slotDevice(set: InstallationSet, part: SlotPart): string {
  return `/dev/slot-${set}-${part}`
}

/** The set that this device belongs to; undefined for everything else. */
export function slotOf(path: string): InstallationSet | undefined {
  const set = /^\/dev\/slot-([ab])-/.exec(path)?.[1]
  return set === 'a' || set === 'b' ? set : undefined
}

export function slotContent(disk: FakeFiles, set: InstallationSet): Record<SlotPart, Uint8Array> {
  return { boot: disk.peek(slotDevice(set, 'boot')), root: disk.peek(slotDevice(set, 'root')) }
}

/** The set that the boot loader would start. */
export function nextToBoot(disk: FakeFiles): InstallationSet {
  const { active } = JSON.parse(Buffer.from(disk.peek(slotsPath)).toString()) as { active: InstallationSet }
  return active
}

export const answers = { product: productUid, hardware } as const
