import { startFromFile } from '@windlass/firmware/fakes'
import type { InstallationSet } from '@windlass/model'
import { type FakeFiles, PowerCut } from '@windlass/platform/fakes'
import { slotsPath } from './layout.ts'

const ownRoom = 2 ** 21

/**
 * The boot loader's work at every start: the set to start, or undefined when the power goes meanwhile, which it does
 * after so many changes of the disk. What it keeps has room of its own, however full the disk is.
 */
export async function startedByLoader(disk: FakeFiles, cutAfterChanges: number): Promise<InstallationSet | undefined> {
  const { capacity } = disk
  disk.capacity = ownRoom
  disk.cutPowerAfter(cutAfterChanges)
  try {
    const set = await startFromFile(slotsPath, disk)
    disk.cutPowerAfter(Infinity)
    return set
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error
    disk.crash()
    return undefined
  } finally {
    disk.capacity = capacity
  }
}
