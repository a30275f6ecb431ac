import type { Demand } from './demand.ts'
import type { NodeRoom, Place } from './node-room.ts'
import { cpuFits, ramFits } from './node-room.ts'
import { runsOn } from './platform.ts'

/** One filter of aoscore.md 5.3. Equal keys ask the same. */
export interface Question {
  key: string
  holds: (place: Place) => boolean
  /** Said when it holds nowhere. */
  error: string
}

const isOpen: Question = { key: 'open', holds: (place) => place.isOpen, error: 'no active nodes' }
const hasSlots: Question = {
  key: 'slots',
  holds: ({ slots }) => slots > 0,
  error: 'no runtimes with requested max instances',
}

/** What has to hold wherever the instance goes, whether it is new there or not. */
export function lasting({ labels, resources, types, platform }: Demand): Question[] {
  return [
    ...labels.map((label) => ({
      key: `label ${label}`,
      holds: ({ room }: Place) => room.site.config.labels.includes(label),
      error: 'no nodes with instance labels',
    })),
    ...resources.map((name) => ({
      key: `resource ${name}`,
      holds: ({ room }: Place) => (room.resources.get(name) ?? 0) > 0,
      error: 'no nodes with with service resources',
    })),
    {
      key: `types ${JSON.stringify(types)}`,
      holds: ({ type }) => types.includes(type),
      error: 'no runtimes with requested runtime type',
    },
    {
      key: `platform ${JSON.stringify(platform)}`,
      holds: (place) => !platform || runsOn(platform, place),
      error: 'no runtimes with requested platform',
    },
    hasSlots,
  ]
}

/** The same for a newcomer. */
export function entering(demand: Demand): Question[] {
  return [isOpen, ...lasting(demand)]
}

/** Of an instance that failed on these nodes. Never said: it goes back there where nothing else holds. */
export function elsewhere(nodeIds: ReadonlySet<string>): Pick<Question, 'key' | 'holds'> {
  return {
    key: `elsewhere ${JSON.stringify([...nodeIds].toSorted())}`,
    holds: ({ room }) => !nodeIds.has(room.site.node.nodeId),
  }
}

/** The filters one after the other: which one left no place, and how many came before it. */
export function whyNot(demand: Demand, rooms: readonly NodeRoom[]): { step: number; error: string } {
  const steps = entering(demand).filter((question) => question !== hasSlots)
  steps.push(
    {
      key: 'cpu',
      holds: (place) => cpuFits(place, place.room.asked(demand).cpu),
      error: 'no runtimes with requested CPU',
    },
    {
      key: 'ram',
      holds: (place) => ramFits(place, place.room.asked(demand).ram),
      error: 'no runtimes with requested RAM',
    },
    hasSlots,
  )
  let left = rooms.flatMap(({ places }) => places)
  for (const [step, { holds, error }] of steps.entries()) {
    left = left.filter(holds)
    if (left.length === 0) return { step, error }
  }
  return { step: steps.length, error: 'failed top priority nodes filtering' }
}
