import type { DiskPlan } from '../disk/make-disk.ts'
import type { System } from '../image/system.ts'
import { words } from '../words.ts'
import type { MachineOptions } from './qemu.ts'

/** Where the disk is: a file, or a socket of a disk server. */
export type Disk = { file: string } | { socket: string }

/** A kind of machine with its boot loader. */
export interface Board {
  system: System
  disk: Pick<DiskPlan, 'firmware' | 'boot' | 'install'>
  /** Lines of the agent's settings. */
  bootControl: string
  /** Files of the data partition. */
  data: Readonly<Record<string, string>>
  program: MachineOptions['program']
  /** Without what all have alike. `work`: a folder of this machine's own. */
  args(disk: Disk, work: string): Promise<string[]>
}

/** What all boards have: no acceleration, which not every host has; network, entropy, a watchdog that resets. */
export function commonArgs(agentPort: number): string[] {
  return [
    ...words('-accel tcg,thread=multi,tb-size=256 -smp 1 -nodefaults -display none -no-user-config'),
    ...words('-device virtio-rng-pci -device i6300esb -action watchdog=reset'),
    ...words(`-netdev user,id=net,hostfwd=tcp:127.0.0.1:${agentPort}-10.0.2.15:8080`),
    ...words('-device virtio-net-pci,netdev=net,romfile='),
  ]
}

export function driveOf(disk: Disk): string {
  const where =
    'file' in disk ? `file=${disk.file},format=raw` : `driver=nbd,server.type=unix,server.path=${disk.socket}`
  return `${where},cache=writeback`
}
