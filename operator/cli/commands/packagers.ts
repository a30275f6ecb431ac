import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { facts, table } from '../page/table.ts'
import { required } from '../params.ts'

export const packagersNew = command({
  name: 'packagers new',
  description: "Let somebody push with UpdateHub's packager; the secret is shown this once",
  params: { name: required('<name>', 'what it is for'), fleet: fleetParam },
  async run({ name, fleet }, io) {
    const made = await connect(fleet, io).addPackager(name)
    const page = facts({
      packager: name,
      UHU_ACCESS_ID: made.id,
      UHU_ACCESS_SECRET: `${made.secret} (shown this once)`,
    })
    return { page, json: made }
  },
})

export const packagersList = command({
  name: 'packagers list',
  description: "List who may push with UpdateHub's packager, without those of the fleet's settings",
  params: { fleet: fleetParam },
  async run({ fleet }, io) {
    const packagers = await connect(fleet, io).packagers()
    const rows = packagers.map(({ id, name, createdAt, lastUsed }) => [id, name, createdAt, lastUsed ?? 'never'])
    const page =
      rows.length > 0
        ? table(rows, ['ACCESS ID', 'NAME', 'SINCE', 'LAST USED'])
        : 'No packagers. Let one push: windlass packagers new NAME'
    return { page, json: { packagers } }
  },
})

export const packagersRemove = command({
  name: 'packagers remove',
  description: 'Let a packager push nothing from now on',
  params: { id: required('<access id>', 'as the list shows it'), fleet: fleetParam },
  async run({ id, fleet }, io) {
    await connect(fleet, io).removePackager(id)
    return { page: `packager ${id} is removed`, json: { id } }
  },
})
