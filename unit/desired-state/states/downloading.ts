import type { OutcomeOf, Step } from '@windlass/machine'
import { type DesiredItem, type ErrorInfo, errorInfo, type ItemStatus } from '@windlass/model/unit'
import { UnitError } from '../../unit-error.ts'
import type { In, UpdateManager } from '../diagram.ts'
import { type Leg, legNames, noErrors } from '../facts.ts'
import { itemsOf } from '../goal.ts'
import type { UpdatePorts } from '../ports.ts'
import { untilExpiry } from './expiry.ts'

type Outcome = OutcomeOf<UpdateManager, 'downloading'>

/** Fetches and checks every item; no node is touched. An update whose time is over meanwhile is dropped. */
export async function downloading(state: In<'downloading'>, ports: UpdatePorts, step: Step): Promise<Outcome> {
  const { certificates, certificateChains, items = [] } = state.desired
  const time = untilExpiry(state, ports, step.stop)
  try {
    await ports.images.download(items, { certificates, chains: certificateChains }, time.stop)
    return { on: 'fetched', errors: judge(state, ports) }
  } catch (error) {
    if (!time.expired()) throw error
    return { on: 'expired', errors: time.errors }
  } finally {
    time.end()
  }
}

/**
 * A transaction needs every item. Converging, the services' part goes on with what came unless nothing did, and one
 * missing component ends the firmware's part (aoscore.md 2.2.4).
 */
function judge({ desired, legs }: In<'downloading'>, { images, rules }: UpdatePorts): typeof noErrors {
  const statuses = images.statuses()
  const errors = { ...noErrors }
  for (const leg of legNames) {
    const items = itemsOf(desired, leg === 'sota' ? 'service' : 'component')
    const failed = items.flatMap((item) => failureOf(item, statuses) ?? [])
    if (legs[leg] !== 'waiting' || failed[0] === undefined) continue
    if (rules.onFailure === 'restore' || isFatal(leg, items, failed))
      throw new UnitError('item_failed', failed[0].message)
    errors[leg] = failed[0]
  }
  return errors
}

function isFatal(leg: Leg, items: readonly DesiredItem[], failed: readonly ErrorInfo[]): boolean {
  return leg === 'fota' || failed.length === items.length
}

function failureOf({ itemId, version }: DesiredItem, statuses: readonly ItemStatus[]): ErrorInfo | undefined {
  const status = statuses.find((one) => one.itemId === itemId && one.version === version)
  if (status?.state === 'pending' || status?.state === 'installed') return undefined
  const why = status?.error ?? errorInfo('failed', 'not downloaded')
  return { ...why, message: `item ${itemId} ${version}: ${why.message}` }
}
