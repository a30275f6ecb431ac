import { StartError } from '../fleet-error.ts'
import type { PackageFiles } from '../packages/package-files.ts'
import type { PushFiles } from '../packages/push-files.ts'
import type { Shared } from '../processes/shared.ts'
import type { BlobFiles } from './blob-files.ts'

/** Where the bytes of a fleet are kept, for all its processes. */
export interface BlobPlace {
  packages: PackageFiles
  blobs: BlobFiles
  pushes: PushFiles
  /** Which fleet this place was given to; undefined: none yet. */
  owner(): Promise<string | undefined>
  give(fleet: string): Promise<void>
  /** All that is in it, and then that it was given to somebody. May be done again. */
  erase(): Promise<void>
}

/**
 * Records and bytes must be of one fleet: records name bytes by digest, and bytes that no record names are swept away.
 * @throws StartError `blobs_unusable` where they are not
 */
export async function matchPlace(place: BlobPlace, shared: Shared, fleet: string): Promise<void> {
  await shared.inTurn('place', async () => {
    const owner = await place.owner()
    if (owner !== undefined && owner !== fleet)
      throw new StartError('blobs_unusable', `expected the blobs of fleet ${fleet}, got those of ${owner}`)
    // Given before it is noted: a process that dies in between leaves a place that is known all the same.
    let given = owner === fleet
    await shared.once('place', async () => {
      if (!given) await place.give(fleet)
      given = true
      return 'given'
    })
    if (!given)
      throw new StartError('blobs_unusable', `expected the place with the blobs of fleet ${fleet}, got an empty one`)
  })
}
