import type { Clock, Log, Random } from '@windlass/platform'
import { FleetError } from '../fleet-error.ts'
import { digestOf, newTokenText } from '../people/secrets.ts'
import type { Shared } from '../processes/shared.ts'
import type { Project, ProjectStore } from './project.ts'

/** What projects stand on. Everything here may be done again where it was cut off. */
export interface Ground {
  /** Room for its records, with a token of an admin in it: the text that has this digest. */
  make(project: string, admin: string): Promise<void>
  open(project: string): Promise<{ stop(): Promise<void> }>
  /** One more admin's token. Those of the project see that it was given. */
  admit(project: string, admin: string): Promise<void>
  population(project: string): Promise<{ devices: number; units: number }>
  isInUse(project: string): Promise<boolean>
  /** Bytes first and records last: what is left of a removal that was cut off says so. */
  erase(project: string): Promise<void>
}

export interface ProjectPorts {
  store: ProjectStore
  shared: Pick<Shared, 'inTurn'>
  ground: Ground
  clock: Clock
  log: Log
  random: Random
}

const lookEveryMs = 1_000
/** What failed is tried again after this. */
const pauseMs = 5_000

/**
 * Sees to it that this process serves the projects that are ready, and takes those that are being made or removed to their end: what
 * one process began any other goes on with.
 */
export class Projects {
  readonly #ports: ProjectPorts
  readonly #open = new Map<string, { stop(): Promise<void> }>()
  /** One work at a time for each. */
  readonly #working = new Map<string, Promise<void>>()
  readonly #notBefore = new Map<string, number>()

  constructor(ports: ProjectPorts) {
    this.#ports = ports
  }

  /** By name. */
  list(): Promise<Project[]> {
    return this.#ports.store.projects()
  }

  /** Answers it with its first admin's token, which is kept nowhere. @throws FleetError `project_exists` */
  async create(name: string): Promise<{ project: Project; token: string }> {
    const { store, random, clock } = this.#ports
    const token = newTokenText(random)
    if (!(await store.add({ name, createdAt: clock.now(), admin: digestOf(token) })))
      throw new FleetError('project_exists', `expected a name that no project has, got ${name}`)
    await this.#bringOn(name)
    return { project: await this.#known(name), token }
  }

  /** @throws FleetError `project_unknown` */
  async admit(name: string): Promise<string> {
    const { state } = await this.#known(name)
    if (state !== 'ready') throw new FleetError('project_unknown', `expected a project that is ready, got ${name}`)
    const token = newTokenText(this.#ports.random)
    await this.#ports.ground.admit(name, digestOf(token))
    return token
  }

  /** From now on it is served nowhere; the rest goes on. @throws FleetError `project_unknown`, `project_in_use` */
  async remove(name: string, { everything }: { everything: boolean }): Promise<Project> {
    const { store, ground } = this.#ports
    const before = await this.#known(name)
    const { devices, units } = everything ? { devices: 0, units: 0 } : await ground.population(name)
    if (devices + units > 0)
      throw new FleetError(
        'project_in_use',
        `expected a project without any, got ${devices} devices and ${units} units`,
      )
    await store.move(name, before.state, 'removing')
    // What fails is looked at again in a second.
    void this.#bringOn(name).catch(() => undefined)
    return this.#known(name).catch(() => ({ ...before, state: 'removing' as const }))
  }

  /** Begins what there is to do; `settled` waits for it. */
  async look(): Promise<void> {
    const projects = await this.#ports.store.projects()
    const ready = new Set(projects.filter(({ state }) => state === 'ready').map(({ name }) => name))
    for (const name of this.#open.keys()) if (!ready.has(name)) this.#work(name, () => this.#close(name))
    for (const { name, state } of projects)
      if (state !== 'ready' || !this.#open.has(name)) this.#work(name, () => this.#go(name))
  }

  async settled(): Promise<void> {
    await Promise.all(this.#working.values())
  }

  /** Looks every second until the signal fires. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#ports
    while (!signal.aborted) {
      await this.look().catch((error: unknown) => log.warning('projects cannot be looked up', { why: String(error) }))
      await clock.sleep(lookEveryMs, signal).catch(() => undefined)
    }
  }

  /** After `run` has ended. */
  async stop(): Promise<void> {
    await this.settled()
    await Promise.all([...this.#open.keys()].map((name) => this.#close(name)))
  }

  /** Until it is served here, or waits for something. */
  async #bringOn(name: string): Promise<void> {
    for (let steps = 0; steps < 2; steps += 1) {
      await this.look()
      await this.#working.get(name)
    }
  }

  #work(name: string, work: () => Promise<void>): void {
    const { clock, log } = this.#ports
    if (this.#working.has(name) || (this.#notBefore.get(name) ?? 0) > clock.uptime()) return
    const failed = (error: unknown): void => {
      const why = error instanceof Error ? error.message : String(error)
      log.error('project is not as it should be, and is tried again', { project: name, why })
      this.#notBefore.set(name, clock.uptime() + pauseMs)
    }
    const working = work()
      .catch(failed)
      .finally(() => this.#working.delete(name))
    this.#working.set(name, working)
  }

  /** The one step that its state asks for. */
  async #go(name: string): Promise<void> {
    const { store, shared, ground, log } = this.#ports
    const { state, admin } = await this.#known(name)
    if (state === 'ready') {
      this.#open.set(name, await ground.open(name))
      log.info('project is served', { project: name })
      return
    }
    if (state === 'removing' && (this.#open.has(name) || (await ground.isInUse(name)))) return this.#close(name)
    await shared.inTurn(`project ${name}`, async () => {
      // Another process may have done it meanwhile.
      if ((await store.projects()).find((one) => one.name === name)?.state !== state) return
      if (state === 'creating') {
        await ground.make(name, admin)
        await store.move(name, 'creating', 'ready')
      } else {
        await ground.erase(name)
        await store.forget(name)
        log.info('project is gone', { project: name })
      }
    })
  }

  async #close(name: string): Promise<void> {
    const open = this.#open.get(name)
    this.#open.delete(name)
    await open?.stop()
  }

  async #known(name: string): Promise<Project> {
    const project = (await this.#ports.store.projects()).find((one) => one.name === name)
    if (!project) throw new FleetError('project_unknown', `expected a project of this fleet, got ${name}`)
    return project
  }
}
