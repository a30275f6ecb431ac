import type { Elsewhere } from '@windlass/cli'

/** A place, and how to load it: nothing is loaded but what was asked for. */
interface Place extends Elsewhere {
  /** Second words that are the operator's commands all the same. */
  leaves?: readonly string[]
  load: () => Promise<{ main(argv: string[]): Promise<number> }>
}

const places: readonly Place[] = [
  { name: 'up', description: 'Everything on this machine, then an update', load: () => import('@windlass/sim') },
  {
    name: 'simulate',
    description: 'Faults from a seed, on a fleet in memory',
    load: () => import('@windlass/sim/faults'),
  },
  { name: 'fleet', description: 'The server that devices ask for updates', load: () => import('@windlass/fleet') },
  { name: 'agent', description: "A device's agent", load: () => import('@windlass/firmware') },
  {
    name: 'unit',
    description: "A unit's communication manager",
    load: () => import('@windlass/unit'),
    leaves: ['update'],
  },
  { name: 'services', description: "A node's service manager", load: () => import('@windlass/services') },
  {
    name: 'doctor',
    description: 'Is this device fit to be updated?',
    load: () => import('@windlass/firmware/doctor'),
  },
]

async function open(argv: string[]): Promise<number> {
  const place = places.find(({ name, leaves = [] }) => name === argv[0] && !leaves.includes(argv[1] ?? ''))
  if (place) return await (await place.load()).main(argv.slice(1))
  return await (await import('@windlass/cli')).main(argv, places)
}

process.exitCode = await open(process.argv.slice(2))
