import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog, nodeFiles, nodeProcesses } from '@windlass/platform'
import { systemMounts } from '../adapters/system-mounts.ts'
import type { ObjectPorts, Payload } from './port.ts'

/** Runs a program of the system to its end. */
export function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
}

/** Why the tests on real devices cannot run here; empty when they can. */
export function whyNoLoop(): string {
  if (process.getuid?.() !== 0) return 'needs root'
  try {
    run('losetup', '--find')
    return ''
  } catch {
    return 'needs a free loop device'
  }
}

/** Each with why its test cannot run, to be put into the test's name: empty when the program is there. */
export function withTools<T extends string>(names: readonly T[], tool: (name: T) => string): [T, string][] {
  const has = (name: T) => spawnSync('sh', ['-c', `command -v ${tool(name)}`]).status === 0
  return names.map((name) => [name, has(name) ? '' : ` (skipped: no ${tool(name)} here)`])
}

/** A folder of its own with real ports, loop devices and mounts, all gone when it is closed. */
export class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), 'windlass-objects-'))
  readonly ports: ObjectPorts
  readonly #undo: (() => void)[] = []

  constructor() {
    const base = { files: nodeFiles, processes: nodeProcesses() }
    this.ports = {
      ...base,
      mounts: systemMounts(base),
      log: createLog([], Date.now),
      scratch: join(this.folder, 'scratch'),
    }
  }

  /** A loop device of so many bytes, all zero. */
  device(size: number, name = 'disk'): string {
    const image = join(this.folder, name)
    writeFileSync(image, '')
    truncateSync(image, size)
    const device = run('losetup', '--find', '--show', image)
    this.#undo.push(() => run('losetup', '--detach', device))
    return device
  }

  /** Where the device is mounted until the bench is closed or `unmount` is called. */
  mount(device: string, filesystem = 'ext4'): { folder: string; unmount: () => void } {
    const folder = mkdtempSync(join(this.folder, 'mnt-'))
    run('mount', '-t', filesystem, device, folder)
    let mounted = true
    const unmount = () => {
      if (mounted) run('umount', folder)
      mounted = false
    }
    this.#undo.push(unmount)
    return { folder, unmount }
  }

  /** Mounts, looks and unmounts. */
  look<T>(device: string, see: (folder: string) => T, filesystem = 'ext4'): T {
    const { folder, unmount } = this.mount(device, filesystem)
    try {
      return see(folder)
    } finally {
      unmount()
    }
  }

  /** The stored bytes in the middle of a file. */
  payload(stored: Uint8Array): Payload {
    const path = join(this.folder, 'package')
    writeFileSync(path, Buffer.concat([Buffer.alloc(77, 1), stored, Buffer.alloc(33, 2)]))
    return { path, at: 77, size: stored.length }
  }

  close(): void {
    for (const undo of this.#undo.toReversed()) undo()
    rmSync(this.folder, { recursive: true })
  }
}
