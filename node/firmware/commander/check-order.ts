import { compareVersions, parseVersion } from '@windlass/model'
import type { ComponentTrouble, OrderedUpdate } from './order.ts'

/** The device's one component. */
export interface Component {
  id: string
  type: string
  version: string
}

type Checked = { update: OrderedUpdate } | { trouble: string; troubles: readonly ComponentTrouble[] }

/** What an update manager refuses before it fetches anything, in AosCore's words (aoscore.md 7.1, U14 to U18). */
export function checkOrder(updates: readonly OrderedUpdate[], component: Component): Checked {
  const troubles = updates.flatMap((update) => {
    const message = refusal(update, component)
    const { componentId, componentType, version } = update
    return message === undefined ? [] : [{ componentId, componentType, version, message }]
  })
  const [update] = updates
  if (!update) return { trouble: 'prepare component list is empty', troubles: [] }
  const [first] = troubles
  if (first) return { trouble: first.message, troubles }
  if (updates.length > 1) return { trouble: `component ${component.id} is ordered more than once`, troubles: [] }
  return { update }
}

function refusal({ componentId, version }: OrderedUpdate, component: Component): string | undefined {
  if (componentId !== component.id) return `component ${componentId} is not installed`
  if (version === component.version) return `component already has required version: ${version}`
  if (!parseVersion(version)) return `expected a SemVer version, got ${version}`
  const order = compareVersions(version, component.version) ?? 1
  if (order < 0) return 'component version downgrade has been rejected'
  return order === 0 ? `component already has required version: ${version}` : undefined
}
