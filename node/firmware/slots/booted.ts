import { join } from 'node:path/posix'
import type { InstallationSet } from '@windlass/model'
import type { Files } from '@windlass/platform'
import { UpdateError } from '../update-error.ts'

/** What runs now: the set the boot loader said it starts, and the kernel's name for this boot. */
export interface Booted {
  set: InstallationSet
  boot: string
}

/** A disk, and where the kernel tells about itself (`/proc`). */
export interface BootedPorts {
  files: Files
  proc: string
}

/**
 * Boot loaders that do not write down what they start say it on the kernel's command line: `windlass.slot=a`.
 * @throws UpdateError `slots_failed` when it is not there
 */
export async function booted({ files, proc }: BootedPorts): Promise<Booted> {
  const line = await firstLine(files, join(proc, 'cmdline'))
  const set = /(?:^|\s)windlass\.slot=([ab])(?=\s|$)/.exec(line)?.[1]
  if (set !== 'a' && set !== 'b') {
    throw new UpdateError('slots_failed', `kernel command line: expected windlass.slot=a or b, got "${line}"`)
  }
  return { set, boot: await firstLine(files, join(proc, 'sys/kernel/random/boot_id')) }
}

async function firstLine(files: Files, path: string): Promise<string> {
  return new TextDecoder().decode(await files.readFile(path, 65_536)).trim()
}
