import type { ProjectRecord } from '@windlass/wire/operator'
import type { Meaning } from '../../live/meaning.ts'

/** Where a project's console is, and what its devices and units are told. */
export function addressOf(name: string): string {
  return `${location.origin}/p/${name}`
}

export const projectStates: Readonly<Record<ProjectRecord['state'], { meaning: Meaning; text: string }>> = {
  creating: { meaning: 'running', text: 'is being made' },
  ready: { meaning: 'done', text: 'ready' },
  removing: { meaning: 'held', text: 'goes' },
}
