import type { OperatorClient } from '@windlass/wire/operator'
import { command } from '../command.ts'
import { connect, fleetParam } from '../fleet/connect.ts'
import { table } from '../page/table.ts'
import { needed, required, switchedOn } from '../params.ts'

const nameParam = required('<name>', 'the project')

export const projectsCreate = command({
  name: 'projects create',
  description: "Begin a project of its own at FLEET/p/NAME; prints its first admin's token, this once",
  params: {
    name: required('<name>', 'small letters, digits and dashes, a letter first, at most 40'),
    fleet: fleetParam,
  },
  async run({ name, fleet }, io) {
    const made = await connect(fleet, io).addProject(name)
    const late = made.state === 'ready' ? [] : ["it is not ready yet; the fleet's log says why"]
    return { page: [made.token, ...late].join('\n'), json: made }
  },
})

export const projectsList = command({
  name: 'projects list',
  description: 'List the projects beside the default one',
  params: { fleet: fleetParam },
  async run({ fleet }, io) {
    const projects = await connect(fleet, io).projects()
    const rows = projects.map(({ name, state, createdAt }) => [name, state, createdAt])
    const page =
      rows.length > 0 ? table(rows, ['NAME', 'STATE', 'SINCE']) : 'No projects. Make one: windlass projects create NAME'
    return { page, json: { projects } }
  },
})

export const projectsToken = command({
  name: 'projects token',
  description: 'One more token of an admin of a project, where all others are lost; its audit log shows that',
  params: { name: nameParam, fleet: fleetParam },
  async run({ name, fleet }, io) {
    const token = await connect(fleet, io).admitToProject(name)
    return { page: token, json: { token } }
  },
})

const lookEveryMs = 500
const patienceMs = 60_000

export const projectsRemove = command({
  name: 'projects remove',
  description: 'Remove a project for good, with its records, packages, people and history; waits until it is gone',
  params: {
    name: nameParam,
    confirm: needed('--confirm <name>', 'the name again'),
    everything: switchedOn('--with-everything', 'though it has devices or units'),
    fleet: fleetParam,
  },
  async run({ name, confirm, everything, fleet }, io) {
    const client = connect(fleet, io)
    await client.removeProject(name, { confirm, everything })
    for (let waited = 0; waited < patienceMs; waited += lookEveryMs) {
      if (!(await isThere(client, name))) return { page: `${name} is gone`, json: { name, gone: true } }
      await io.clock.sleep(lookEveryMs, io.signal)
    }
    return { page: `${name} is reached by nobody any more; its removal goes on`, json: { name, gone: false } }
  },
})

async function isThere(client: OperatorClient, name: string): Promise<boolean> {
  return (await client.projects()).some((project) => project.name === name)
}
