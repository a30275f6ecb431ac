import { operatorClient } from '@windlass/wire/operator'
import type { FleetProgram } from './fleet-program.ts'
import { connectUnit, halfwayStatus, type PlayedUnit, springStatus, summerStatus } from './units.ts'

export const barges = 6

/**
 * Barges that all run `spring`, and a rollout of `summer` to them in phases: the first two got it, one of them failed, and so it
 * paused itself. Answers the rollout's number.
 */
export async function fillBarges(fleet: FleetProgram): Promise<{ units: PlayedUnit[]; rollout: number }> {
  const client = operatorClient({ url: fleet.url })
  const names = Array.from({ length: barges }, (_, n) => `barge-${n + 1}`)
  const units = new Map<string, PlayedUnit>()
  const { token } = await client.claim({ uses: 2 * barges })
  for (const name of names) {
    const unit = await connectUnit(fleet, name, 'barge', token)
    await client.setRelease(name, 1)
    unit.say(springStatus(false))
    units.set(name, unit)
  }
  const gate = { successPercent: 100, soakSeconds: 600, failureLimit: 1 }
  const approval = { by: ['anna', 'bjarne'], needed: 1 }
  const { id } = await client.startUnitRollout({
    release: 2,
    to: { model: 'barge' },
    phases: [
      { size: { count: 3 }, gate },
      { size: { percent: 50 }, gate: { ...gate, approval } },
    ],
  })
  const ordered = (await client.unitRollout(id)).units.filter(({ state }) => state === 'updating')
  const [first, second, third] = ordered.map(({ unit }) => units.get(unit))
  first?.say(summerStatus())
  second?.say(halfwayStatus())
  third?.say(sickSummer())
  return { units: [...units.values()], rollout: id }
}

function sickSummer() {
  const summer = summerStatus()
  const error = { message: 'no mark of this berth in the chart', aosCode: 0, exitCode: 1 }
  return {
    ...summer,
    instances: (summer.instances ?? []).map((one) =>
      one.ident.itemId === 'anchor-watch' ? { ...one, state: 'failed' as const, error } : one,
    ),
  }
}
