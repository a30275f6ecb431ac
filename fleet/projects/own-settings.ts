import { join } from 'node:path'
import type { FleetSettings } from '../settings/settings.ts'

/** A sub-folder of where those of the default project are, and of those who come in by the settings only its own. */
export function ownSettings(settings: FleetSettings, project: string | null): FleetSettings {
  if (project === null) return settings
  const below = join('projects', project)
  const { data, blobs } = settings
  return {
    ...settings,
    data: join(data, below),
    blobs: blobs && placeBelow(blobs, below),
    operatorToken: null,
    packagers: new Map(),
    openid: settings.projects.get(project)?.openid ?? null,
    projects: new Map(),
  }
}

function placeBelow(blobs: NonNullable<FleetSettings['blobs']>, below: string): FleetSettings['blobs'] {
  if (blobs.kind === 'folder') return { ...blobs, path: join(blobs.path, below) }
  return { ...blobs, prefix: blobs.prefix === '' ? below : `${blobs.prefix}/${below}` }
}
