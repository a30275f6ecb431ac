import { dirname, join } from 'node:path/posix'
import type { Files } from '@windlass/platform'
import type { Mount } from '../objects/mounts.ts'
import { type Check, type Finding, ok, type Patient, warning, wrong } from './check.ts'

const mebibyte = 2 ** 20
const leastFreeBytes = 64 * mebibyte
const inMemory: readonly string[] = ['tmpfs', 'ramfs']

/** Where the agent remembers and where it downloads to (docs/integration.md, "Partitions"). */
export const storageChecks: readonly Check[] = [
  {
    name: 'state-storage',
    expected: 'a writable folder for the runtime settings, on storage that both sets share',
    look: stateStorage,
  },
  {
    name: 'download-space',
    expected: 'room for what is downloaded, on storage and not in memory',
    look: downloadSpace,
  },
]

async function stateStorage(patient: Patient): Promise<Finding> {
  const { readOnly, runtimeSettingsPath } = patient.settings
  if (readOnly) {
    return warning('storage.read_only', 'set it to false: without memory a new set cannot be told from the old one')
  }
  const folder = await nearest(dirname(runtimeSettingsPath), patient.files)
  const mount = mountOf(folder, await patient.mounts.list())
  if (mount && inMemory.includes(mount.filesystem)) {
    return wrong(`${folder} is in memory (${mount.filesystem})`, moved('what it holds does not outlive a restart'))
  }
  await tryWriting(folder, patient.files)
  if (mount?.folder === '/') return wrong(`${folder} is on the root filesystem`, moved('the other set does not see it'))
  return ok(`${folder}, on ${mount?.source ?? 'an unknown device'}`)
}

function moved(why: string): string {
  return `put storage.runtime_settings onto a data partition that both sets mount: ${why}`
}

async function downloadSpace({ settings, files, mounts }: Patient): Promise<Finding> {
  const folder = await nearest(settings.downloadFolder, files)
  const free = await files.freeBytes(folder)
  const filesystem = mountOf(folder, await mounts.list())?.filesystem ?? 'unknown'
  const came = `${folder} (${filesystem}), ${Math.floor(free / mebibyte)} MiB free`
  if (inMemory.includes(filesystem)) {
    return warning(came, 'put update.download_dir onto a data partition: a download in memory is lost with the power')
  }
  if (free >= leastFreeBytes) return ok(came)
  return warning(
    came,
    `make room: an update needs as much as its largest object, ${leastFreeBytes / mebibyte} MiB at least`,
  )
}

/** The path, or the first folder above it that is there. */
async function nearest(path: string, files: Files): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    const real = await files.realPath(folder)
    if (real !== undefined) return real
  }
}

/** The last mount over the folder with the longest path; what is mounted later hides what was there. */
function mountOf(folder: string, mounts: readonly Mount[]): Mount | undefined {
  const holds = (mount: Mount) => `${folder}/`.startsWith(mount.folder === '/' ? '/' : `${mount.folder}/`)
  const longest = Math.max(...mounts.filter(holds).map((mount) => mount.folder.length))
  return mounts.findLast((mount) => holds(mount) && mount.folder.length === longest)
}

async function tryWriting(folder: string, files: Files): Promise<void> {
  const path = join(folder, '.windlass-doctor')
  await files.replace(path, 'written to see whether it can be\n')
  await files.remove(path)
}
