import type { RolloutAudience } from '@windlass/wire/operator'
import { countText } from '../../live/quantities.ts'

/** Whom a rollout is for, in words. */
export function audienceText(to: RolloutAudience): string {
  if ('product' in to) return 'every device of the product'
  if ('group' in to) return `group ${to.group}`
  return 'query' in to ? `every device with ${to.query}` : countText(to.devices.length, 'named device')
}
