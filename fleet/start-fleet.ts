import { randomUUID } from 'node:crypto'
import { createLog, isLoopbackHost, nodeFiles, systemClock, systemRandom } from '@windlass/platform'
import { TrustError, verify } from '@windlass/trust'
import { Front } from './adapters/http/front.ts'
import { pinoSink } from './adapters/pino-sink.ts'
import { type Database, openRecords, openServer } from './adapters/postgres/database.ts'
import { StartError } from './fleet-error.ts'
import manifest from './package.json' with { type: 'json' }
import { checkSomebody } from './people/somebody.ts'
import { projectGround, sweepProjects } from './project-ground.ts'
import { Projects } from './projects/projects.ts'
import type { FleetSettings } from './settings/settings.ts'
import { type FleetPorts, once, type ProjectPorts, type RunningProject, startProject } from './start-project.ts'
import { noTracing, type Tracing } from './telemetry/tracing.ts'

export type { FleetPorts } from './start-project.ts'

/** A fleet at work. `lost` resolves when it cannot go on: its database went away. `stop` may be called again. */
export interface Fleet {
  url: string
  lost: Promise<Error>
  stop(): Promise<void>
}

/** Builds a fleet and lets it listen: records first, server last. @throws StartError */
export async function startFleet(settings: FleetSettings, given: Partial<FleetPorts> = {}): Promise<Fleet> {
  const clock = given.clock ?? systemClock
  const log = given.log ?? createLog([pinoSink('info')], () => clock.now())
  const ports = { clock, log, random: given.random ?? systemRandom }
  checkExposure(settings)
  checkKeys(settings.trustedKeys)
  await makeFolder(settings.data)
  const me = randomUUID()
  const server = await openServer(settings.database, settings.data, ports)
  const opened: (() => Promise<unknown>)[] = [server.stop]
  const stop = once(async () => {
    for (const end of opened.toReversed()) await end()
  })
  try {
    const tracing = await tracingFor(settings, me)
    opened.push(tracing.stop)
    const front = new Front(settings.tls)
    opened.push(() => front.close())
    const served = { ...ports, front, tracing }
    const database = await openRecords(server, null, me, served)
    const ground = projectGround(settings, server, me, served)
    const projects = new Projects({
      store: database.records.projects,
      shared: database.records.shared,
      ground,
      ...ports,
    })
    const first = await startDefault(settings, database, me, served, projects)
    opened.push(first.stop)
    const names = (await projects.list()).map(({ name }) => name)
    await sweepProjects(settings, names)
    const unknown = [...settings.projects.keys()].filter((name) => !names.includes(name))
    if (unknown.length > 0) log.warning('settings are for projects that are not there yet', { projects: unknown })
    opened.push(await beginProjects(projects))
    const url = await listen(front, settings)
    opened.push(async () => front.shut())
    log.info('fleet listens', { url })
    opened.unshift(async () => log.info('fleet stopped'))
    return { url, lost: server.lost, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** What nobody asked for is not even loaded. */
async function tracingFor({ traces }: FleetSettings, me: string): Promise<Tracing> {
  if (traces === null) return noTracing
  const { openTelemetry } = await import('./adapters/open-telemetry.ts')
  return openTelemetry(traces, { me, version: manifest.version })
}

async function startDefault(
  settings: FleetSettings,
  database: Database,
  me: string,
  ports: ProjectPorts,
  projects: Projects,
): Promise<RunningProject> {
  try {
    const loopback = isLoopbackHost(settings.listen.host)
    await checkSomebody(database.records.people, { loopback, operatorToken: settings.operatorToken }, ports.log)
  } catch (error) {
    await database.records.close()
    throw error
  }
  return startProject(settings, database, { project: null, me }, ports, projects)
}

/** Those that are there are served before anybody can ask. Answers how it is ended. */
async function beginProjects(projects: Projects): Promise<() => Promise<void>> {
  const closing = new AbortController()
  await projects.look()
  await projects.settled()
  const running = projects.run(closing.signal)
  return async () => {
    closing.abort()
    await running
    await projects.stop()
  }
}

/** What others can reach must be encrypted. */
function checkExposure({ listen: { host }, tls }: FleetSettings): void {
  if (isLoopbackHost(host)) return
  const where = `beyond loopback (${host})`
  if (!tls) throw new StartError('tls_required', `expected tls.cert and tls.key to listen ${where}, got none`)
}

function checkKeys(keys: readonly string[]): void {
  for (const key of keys) {
    try {
      verify(key, new Uint8Array(), new Uint8Array())
    } catch (cause) {
      const why = cause instanceof TrustError ? cause.message : String(cause)
      throw new StartError('settings_invalid', `trustedKeys: ${why}`, { cause })
    }
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await nodeFiles.makeFolder(path)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StartError('data_unusable', `expected a folder at ${path}, got: ${why}`, { cause })
  }
}

async function listen(front: Front, { listen: { host, port }, tls }: FleetSettings): Promise<string> {
  const bound = await front.listen({ host, port })
  return `${tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${bound}`
}
