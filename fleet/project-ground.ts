import { readdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type DatabaseServer, openRecords } from './adapters/postgres/database.ts'
import { fleetIdOf, isInUse, populationOf } from './adapters/postgres/project-facts.ts'
import { dropSchema, inSchema, makeSchema, schemaOf } from './adapters/postgres/schema.ts'
import type { ApiToken } from './people/records.ts'
import { placeOf } from './project-place.ts'
import { ownSettings } from './projects/own-settings.ts'
import type { Ground } from './projects/projects.ts'
import type { FleetSettings } from './settings/settings.ts'
import { type ProjectPorts, startProject } from './start-project.ts'

const firstAdmin = (hash: string, createdAt: number): Omit<ApiToken, 'id' | 'lastUsed' | 'withdrawnAt'> => ({
  name: 'first-admin',
  hash,
  grants: [{ role: 'admin', over: 'fleet' }],
  madeBy: null,
  createdAt,
  expiresAt: null,
})

/** Projects on the database, the bus and the place for blobs of this process. */
export function projectGround(
  settings: FleetSettings,
  server: DatabaseServer,
  me: string,
  ports: ProjectPorts,
): Ground {
  const urlOf = (project: string): string => inSchema(server.url, schemaOf(project))
  const nameOf = (project: string): string => schemaOf(project) ?? ''
  const giveToken = async (project: string, hash: string, noted: boolean): Promise<void> => {
    const { records } = await openRecords(server, project, me, ports)
    try {
      const at = ports.clock.now()
      if (!(await records.people.token(hash, at))) await records.people.addToken(firstAdmin(hash, at))
      const deed = { at, kind: 'host', who: 'default project', from: '', action: 'POST /projects/:name/token' }
      if (noted) await records.audit.add({ ...deed, target: project, made: null, result: 201, code: null })
    } finally {
      await records.close()
    }
  }
  return {
    async make(project, admin) {
      await makeSchema(server.url, nameOf(project))
      // A process that opened one of this name while it was removed may have left something.
      await (await placeOf(settings, project, { ...ports, alone: server.alone })).erase()
      await giveToken(project, admin, false)
    },
    async open(project) {
      const own = ownSettings(settings, project)
      const database = await openRecords(server, project, me, ports)
      const running = await startProject(own, database, { project, me }, ports)
      return {
        async stop() {
          await running.stop()
          await leaveFolder(own.data)
        },
      }
    },
    admit: (project, admin) => giveToken(project, admin, true),
    population: (project) => populationOf(urlOf(project)),
    isInUse: (project) => isInUse(urlOf(project)),
    async erase(project) {
      await (await placeOf(settings, project, { ...ports, alone: server.alone })).erase()
      await rm(ownSettings(settings, project).data, { recursive: true, force: true })
      const fleet = await fleetIdOf(urlOf(project))
      if (settings.bus !== null && fleet !== undefined)
        await (await import('./adapters/nats-bus.ts')).removeLine({ url: settings.bus, fleet })
      await dropSchema(server.url, nameOf(project))
    },
  }
}

/** What processes that were killed left of projects that are gone since. */
export async function sweepProjects(settings: FleetSettings, known: readonly string[]): Promise<void> {
  const names = await readdir(join(settings.data, 'projects')).catch(() => [])
  for (const name of names) if (!known.includes(name)) await leaveFolder(ownSettings(settings, name).data)
}

/** Only what is nobody's: where bytes are kept there, they stay. */
async function leaveFolder(folder: string): Promise<void> {
  for (const own of ['pushes', 'scratch']) await rm(join(folder, own), { recursive: true, force: true })
  await rmdir(folder).catch(() => undefined)
}
