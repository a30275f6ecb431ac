import type { FakeFiles } from '@windlass/platform/fakes'
import type { LinkTrouble } from '../scenario.ts'
import type { WorldClock } from '../world/world-clock.ts'
import type { Link } from './link.ts'

/*
 * Troubles that pass by themselves.
 */

/** Somebody else fills the disk for so long; then it has so many bytes again. */
export function fillDisk(disk: FakeFiles, clock: WorldClock, forMs: number, capacity: number): void {
  disk.capacity = disk.usedBytes
  clock.in(forMs, () => {
    disk.capacity = capacity
  })
}

/** Unless another trouble comes meanwhile, it is well again after so long. */
export function disturbLink(link: Link, clock: WorldClock, forMs: number, how: LinkTrouble): void {
  link.trouble = how
  clock.in(forMs, () => {
    if (link.trouble === how) link.trouble = undefined
  })
}
