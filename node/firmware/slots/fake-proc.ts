import type { InstallationSet } from '@windlass/model'
import type { FakeFiles } from '@windlass/platform/fakes'

/** Where the fakes of this folder keep what a kernel tells. */
export const fakeProc = '/proc'

/** Starts a kernel with this set: what /proc says from now on. */
export function startKernel(files: FakeFiles, set: InstallationSet, boots: number): void {
  files.put(`${fakeProc}/cmdline`, `BOOT_IMAGE=/boot/vmlinuz root=/dev/vda3 windlass.slot=${set} quiet\n`)
  files.put(`${fakeProc}/sys/kernel/random/boot_id`, `boot-${boots}\n`)
}

/** Does `work` on a disk that loses its power at the n-th change. False when there are fewer. */
export async function cutOnDisk(files: FakeFiles, step: number, work: () => Promise<void>): Promise<boolean> {
  files.cutPowerAfter(step)
  const failed = await work().then(
    () => undefined,
    (error: unknown) => error,
  )
  files.cutPowerAfter(Infinity)
  if (files.powered && failed) throw failed
  if (files.powered) return false
  files.crash()
  return true
}
