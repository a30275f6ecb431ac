import type { ComponentUpdate, UpdateCommand, UpdateState } from '@windlass/model/unit'
import * as v from 'valibot'

/** One image as it was ordered. `sha3`: hexadecimal. */
export type OrderedUpdate = Omit<ComponentUpdate, 'sha3'> & { sha3: string }

/** What went wrong with a component; told until the next update is prepared. */
export interface ComponentTrouble {
  componentId: string
  componentType: string
  version: string
  message: string
}

/**
 * Where the update stands that the unit ordered (aoscore.md 7.1). `state`: what the unit is told. `doing`: the command being
 * carried out; over a restart too. `before`: the version that ran when it began.
 */
export interface Order {
  state: UpdateState
  doing: UpdateCommand['kind'] | null
  updates: readonly OrderedUpdate[]
  before: string
  /** The package's uid, once it is staged. */
  uid: string
  /** The uid of the package that the unit took back last, until it orders something. */
  takenBack: string
  troubles: readonly ComponentTrouble[]
  /** What went wrong, of no component in particular. */
  trouble: string | null
}

export const noOrder: Order = {
  state: 'idle',
  doing: null,
  updates: [],
  before: '',
  uid: '',
  takenBack: '',
  troubles: [],
  trouble: null,
}

const update = v.object({
  componentId: v.string(),
  componentType: v.string(),
  version: v.string(),
  annotations: v.string(),
  url: v.string(),
  sha3: v.string(),
  size: v.number(),
})
const trouble = v.object({
  componentId: v.string(),
  componentType: v.string(),
  version: v.string(),
  message: v.string(),
})
const order = v.object({
  state: v.picklist(['idle', 'prepared', 'updated', 'failed']),
  doing: v.nullable(v.picklist(['prepare', 'start', 'apply', 'revert'])),
  updates: v.array(update),
  before: v.string(),
  uid: v.string(),
  takenBack: v.string(),
  troubles: v.array(trouble),
  trouble: v.nullable(v.string()),
})

export function readOrder(value: unknown): Order {
  return v.parse(order, value)
}

export function ordered({ sha3, ...rest }: ComponentUpdate): OrderedUpdate {
  return { ...rest, sha3: Buffer.from(sha3).toString('hex') }
}

/** Whether two lists ask for the same images, wherever they are fetched from. */
export function sameUpdates(one: readonly OrderedUpdate[], other: readonly OrderedUpdate[]): boolean {
  const content = (list: readonly OrderedUpdate[]) =>
    JSON.stringify(list.map(({ componentId, version, sha3, size }) => [componentId, version, sha3, size]))
  return content(one) === content(other)
}
