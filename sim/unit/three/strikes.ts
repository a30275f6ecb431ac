import type { Play } from './play.ts'
import type { Faults } from './releases.ts'

/** The states of an update that arrives; one that fails has `reverting` instead of the last. */
export const states = ['downloading', 'pending', 'installing', 'launching', 'activating', 'finalizing', 'reverting']

/** Something that happens to the unit in the middle of an update. Resolves when it is over. */
export type Strike = () => Promise<void>

/**
 * Every strike in every state: as many updates as it takes, each with one strike a state as it comes by. After each update
 * the unit is whole. @returns how the updates ended
 */
export async function everywhere(
  play: Play,
  strikes: Readonly<Record<string, Strike>>,
  failing: Faults,
): Promise<string[]> {
  const names = Object.keys(strikes)
  const open = new Set(states.flatMap((state) => names.map((name) => `${name} in ${state}`)))
  const ends: string[] = []
  for (let round = 0; open.size > 0; round += 1) {
    if (round > 4 * names.length)
      throw new Error(`expected every state to come by, got none for ${[...open].join(', ')}`)
    const bad = [...open].every((pair) => pair.endsWith('reverting')) || round % 2 === 1
    const busy = { striking: false, over: Promise.resolve() }
    const stop = play.unit.onState((state) => {
      const at = states.indexOf(state)
      const turn = names.map((_, i) => names[(i + at + round) % names.length] ?? '')
      const name = turn.find((one) => open.has(`${one} in ${state}`))
      if (name === undefined || busy.striking) return
      open.delete(`${name} in ${state}`)
      busy.striking = true
      busy.over = (strikes[name]?.() ?? Promise.resolve()).finally(() => (busy.striking = false))
    })
    ends.push(await play.run(bad ? failing : {}).finally(stop))
    await busy.over
  }
  return ends
}
