import type { UnitAudience } from '@windlass/wire/operator'
import { countText } from '../../live/quantities.ts'

/** Whom a rollout of a release is for, in words. */
export function unitTargetText(to: UnitAudience): string {
  if ('units' in to) return to.units.length === 1 ? `unit ${to.units[0]}` : countText(to.units.length, 'named unit')
  if ('group' in to) return `group ${to.group}`
  if ('query' in to) return `every unit with ${to.query}`
  return 'model' in to ? `every ${to.model}` : 'every unit'
}
