import { join } from 'node:path/posix'
import type { InstallationSet } from '@windlass/model'
import { UpdateError } from '../update-error.ts'
import { type BootEntry, bootEntryName, latestFirst, readBootEntry } from './boot-entries.ts'
import { type BootedPorts, booted } from './booted.ts'
import { tellingDiskTrouble } from './disk-trouble.ts'
import type { Slots } from './port.ts'

const tries = 3
const mostBytes = 64 * 1024
const mark = '# chosen in boot '

/**
 * systemd-boot's boot counting, by the names of the entries in the folder `esp`, which is the EFI system partition or the
 * extended boot loader partition. No EFI variable is used.
 */
export function systemdBootSlots(esp: string, ports: BootedPorts): Slots {
  const { files } = ports
  const folder = join(esp, 'loader/entries')

  async function entries(): Promise<BootEntry[]> {
    const read = (await files.list(folder)).map(readBootEntry)
    return read.filter((entry) => entry !== undefined).sort(latestFirst)
  }

  async function text(name: string): Promise<string> {
    return new TextDecoder().decode(await files.readFile(join(folder, name), mostBytes))
  }

  /** The set that was chosen in this boot, unless the choice was taken back. */
  async function chosen(first: BootEntry | undefined, boot: string): Promise<InstallationSet | undefined> {
    const marked = first && (await text(first.name)).includes(`${mark}${boot}\n`)
    return marked ? first.set : undefined
  }

  /**
   * Puts the set before all others, under a new name. The old name goes only when the new one lasts: FAT may lose both
   * names of a file that was being renamed. Two entries of one set do no harm, for the older one has the lower number.
   */
  async function putFirst(all: readonly BootEntry[], set: InstallationSet, triesLeft: number | null, boot: string) {
    const old = all.filter((entry) => entry.set === set)
    const lines = old[0] ? (await text(old[0].name)).split('\n') : []
    // systemd-boot passes over an entry that names nothing to start.
    if (!lines.some((line) => /^(linux|efi)\s/.test(line))) {
      throw new UpdateError(
        'slots_failed',
        `expected an entry slot-N-${set}.conf with a kernel in ${folder}, found none`,
      )
    }
    const kept = lines.filter((line) => line !== '' && !line.startsWith(mark))
    const marked = triesLeft === null ? kept : [...kept, mark + boot]
    const order = Math.max(...all.map((entry) => entry.order)) + 1
    await files.replace(join(folder, bootEntryName({ order, set, triesLeft })), `${marked.join('\n')}\n`)
    for (const { name } of old) await files.remove(join(folder, name))
    await syncNames()
  }

  async function syncNames(): Promise<void> {
    const opened = await files.open(folder, 'read')
    try {
      await opened.sync()
    } finally {
      await opened.close()
    }
  }

  return tellingDiskTrouble(folder, {
    async active() {
      const now = await booted(ports)
      const [first] = await entries()
      return (await chosen(first, now.boot)) ?? now.set
    },
    async activate(set) {
      const now = await booted(ports)
      const all = await entries()
      if ((await chosen(all[0], now.boot)) !== set) await putFirst(all, set, tries, now.boot)
    },
    async validated() {
      const now = await booted(ports)
      const all = await entries()
      const confirmed = all[0]?.set === now.set && all[0].triesLeft === null
      if (!confirmed) await putFirst(all, now.set, null, now.boot)
    },
  })
}
