import { type Elsewhere, main as operator } from '@windlass/cli'

type Main = (argv: string[]) => Promise<number>

/** A place, and how to load it; nothing of a place is loaded before it is asked for. */
interface Place extends Elsewhere {
  load(): Promise<{ main: Main }>
}

const places: readonly Place[] = [
  { name: 'up', description: 'Everything on this machine, then an update', load: () => import('@windlass/sim') },
  { name: 'fleet', description: 'The server that devices ask for updates', load: () => import('@windlass/fleet') },
  { name: 'agent', description: "A device's agent", load: () => import('@windlass/firmware') },
]

async function open([name, ...rest]: string[]): Promise<number> {
  const place = places.find((p) => p.name === name)
  if (!place) return await operator(process.argv.slice(2), places)
  return await (await place.load()).main(rest)
}

process.exitCode = await open(process.argv.slice(2))
