import { join } from 'node:path'
import type { InstallationSet } from '@windlass/model'

/** What one slot is made of: the system's image, and the tarball beside it. Regular files, as if they were partitions. */
export interface SlotFiles {
  system: string
  site: string
}

/** The pretend device's folder. */
export interface DeviceLayout {
  slots: Record<InstallationSet, SlotFiles>
  bootEnvironment: string
  /** UpdateHub's firmware metadata: hooks, callbacks, key.pub. */
  metadata: string
  /** First in PATH: the boot scripts and `reboot`. */
  programs: string
  settings: string
  /** Shared by both slots, as an agent's records must be. */
  records: string
  downloads: string
  /** What the slot that runs holds, as if it were mounted. */
  root: string
  /** There when the device was told to restart. */
  restartWanted: string
}

export function layoutOf(device: string): DeviceLayout {
  const slot = (name: string): SlotFiles => ({
    system: join(device, name, 'system.img'),
    site: join(device, name, 'site.tar'),
  })
  return {
    slots: { a: slot('slot-a'), b: slot('slot-b') },
    bootEnvironment: join(device, 'boot.env'),
    metadata: join(device, 'metadata'),
    programs: join(device, 'programs'),
    settings: join(device, 'agent.toml'),
    records: join(device, 'data', 'runtime_settings.conf'),
    downloads: join(device, 'data', 'download'),
    root: join(device, 'run', 'root'),
    restartWanted: join(device, 'run', 'restart-wanted'),
  }
}

/** Every file that an update may change. */
export function slotFiles({ slots }: DeviceLayout): string[] {
  return [slots.a.system, slots.a.site, slots.b.system, slots.b.site]
}
