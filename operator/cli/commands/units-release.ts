import type { OperatorClient, UnitDetail } from '@windlass/wire/operator'
import { command, type Io, type Result } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { unitPage } from '../fleet/unit-page.ts'
import { needed, required, switchedOn, wholeNumber } from '../params.ts'

export const unitsRelease = command({
  name: 'units release',
  description: 'Bring a unit to a release: all of it arrives, or the unit stays as it is',
  params: {
    id: required('<id>', 'the unit'),
    release: wholeNumber(needed('--release <number>', 'number of the release')),
    watch: switchedOn('--watch', 'follow the unit until it arrived or said that it could not'),
    fleet: fleetParam,
  },
  async run({ id, release, watch, fleet }, io): Promise<Result> {
    const client = connect(fleet, io)
    const unit = await client.setRelease(id, release)
    return ended(watch ? await follow(client, unit, io) : unit)
  },
})

async function follow(client: OperatorClient, from: UnitDetail, io: Io): Promise<UnitDetail> {
  const stop = new AbortController()
  let unit = from
  let shown = ''
  try {
    for await (const event of client.events(AbortSignal.any([io.signal, stop.signal]))) {
      if (event.kind !== 'connected' && (event.kind !== 'unit' || event.unit !== from.id)) continue
      unit = await client.unit(from.id)
      const line = `${unit.standing.replaceAll('_', ' ')}${unit.why ? `: ${unit.why}` : ''}`
      if (line !== shown) io.event(`${event.at.slice(11, 19)}  ${line}`, { standing: unit.standing, why: unit.why })
      shown = line
      if (unit.standing === 'arrived' || unit.standing === 'failed') return unit
    }
  } finally {
    stop.abort()
  }
  io.signal.throwIfAborted()
  return unit
}

function ended(unit: UnitDetail): Result {
  return { page: unitPage(unit), json: unit, ...(unit.standing === 'failed' ? { ending: 'no' as const } : {}) }
}
