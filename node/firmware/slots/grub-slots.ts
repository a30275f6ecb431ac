import type { InstallationSet } from '@windlass/model'
import { type BootedPorts, booted } from './booted.ts'
import { tellingDiskTrouble } from './disk-trouble.ts'
import { formatGrubEnvironment, parseGrubEnvironment } from './grub-environment.ts'
import type { Slots } from './port.ts'

const mostBytes = 64 * 1024

interface Variables {
  /** The set that was confirmed last. */
  active: InstallationSet
  /** The set to start once. GRUB empties it before it does. */
  next_entry: InstallationSet | ''
  /** The boot in which `next_entry` was set: in a later one GRUB has passed it over. */
  chosen_in: string
}

/** GRUB's environment block at `path`, with `examples/grub/grub.cfg` to obey it. */
export function grubSlots(path: string, ports: BootedPorts): Slots {
  async function block(): Promise<Uint8Array> {
    return (await ports.files.facts(path)) ? await ports.files.readFile(path, mostBytes) : new Uint8Array()
  }

  async function set(ours: Variables): Promise<void> {
    const before = await block()
    const others = parseGrubEnvironment(before) ?? new Map<string, string>()
    for (const name of Object.keys(ours)) others.delete(name)
    const after = formatGrubEnvironment(new Map([...Object.entries(ours), ...others]), before.length)
    if (Buffer.compare(before, after) !== 0) await write(after)
  }

  /**
   * Over the old bytes, not in a new file, as grub-editenv would: GRUB reads filesystems without their journal and would
   * miss a rename, and ours stand in the first sector, which a disk writes whole.
   */
  async function write(bytes: Uint8Array): Promise<void> {
    if (!(await ports.files.facts(path))) return ports.files.replace(path, bytes)
    const file = await ports.files.open(path, 'update')
    try {
      await file.write(bytes, 0)
      await file.sync()
    } finally {
      await file.close()
    }
  }

  return tellingDiskTrouble(path, {
    async active() {
      const now = await booted(ports)
      const variables = parseGrubEnvironment(await block())
      const next = variables?.get('next_entry')
      return variables?.get('chosen_in') === now.boot && isSet(next) ? next : now.set
    },
    async activate(next) {
      const now = await booted(ports)
      const active = parseGrubEnvironment(await block())?.get('active')
      await set({ active: isSet(active) ? active : now.set, next_entry: next, chosen_in: now.boot })
    },
    async validated() {
      const now = await booted(ports)
      await set({ active: now.set, next_entry: '', chosen_in: now.boot })
    },
  })
}

function isSet(value: string | undefined): value is InstallationSet {
  return value === 'a' || value === 'b'
}
