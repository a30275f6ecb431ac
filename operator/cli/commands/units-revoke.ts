import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { required } from '../params.ts'

export const unitsRevoke = command({
  name: 'units revoke',
  description: 'Let a unit go: its certificates do not count any more, and it comes back only with a claim in its name',
  params: { id: required('<id>', 'the unit'), fleet: fleetParam },
  async run({ id, fleet }, io) {
    const certificates = await connect(fleet, io).revokeUnit(id)
    const page = `Revoked: ${id}, ${certificates} certificates. To take it back: windlass units claim --id ${id}`
    return { page, json: { id, certificates } }
  },
})
