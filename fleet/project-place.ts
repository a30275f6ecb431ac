import { join } from 'node:path'
import type { FolderPorts } from './adapters/folder-place.ts'
import { openPlace } from './adapters/open-place.ts'
import type { BlobPlace } from './blobs/place.ts'
import { ownSettings } from './projects/own-settings.ts'
import type { FleetSettings } from './settings/settings.ts'

/** Where the bytes of a project are; null is the default one. @throws StartError `blobs_unusable` */
export function placeOf(settings: FleetSettings, project: string | null, ports: FolderPorts): Promise<BlobPlace> {
  const { data, blobs } = ownSettings(settings, project)
  return openPlace(blobs ?? { kind: 'folder', path: data }, join(data, 'scratch'), ports)
}
