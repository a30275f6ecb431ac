import type { Files, Journal, Log, Processes } from '@windlass/platform'
import * as v from 'valibot'
import type { Offer } from '../update/facts.ts'
import { Bell } from './bell.ts'
import { defaultInterface } from './default-interface.ts'

/** When the link counts as one that costs. `auto`: as the command says, or these interfaces, or NetworkManager. */
export interface LinkSettings {
  metered: 'never' | 'always' | 'auto'
  /** Ends with 0 on a metered link, with 1 on another; null for none. */
  command: string | null
  /** Links over these cost. */
  interfaces: readonly string[]
}

/** The one package that somebody on the device lets pass. */
export function readLeave(value: unknown): string {
  return v.parse(v.string(), value)
}

export interface LinkPorts {
  files: Files
  processes: Processes
  log: Log
  leave: Journal<string>
}

const timeoutMs = 10_000
const networkManager = ['org.freedesktop.NetworkManager', '/org/freedesktop/NetworkManager'] as const
const busctl = ['get-property', ...networkManager, networkManager[0], 'Metered']
// NMMetered: 0 unknown, 1 yes, 2 no, 3 guessed yes, 4 guessed no.
const meteredAnswers: readonly string[] = ['u 1', 'u 3']

/** The way to the server: is it one on which every byte costs, and may this package be fetched all the same? */
export class Link {
  /** Rings when a package was let pass. */
  readonly changed = new Bell()
  readonly #settings: LinkSettings
  readonly #ports: LinkPorts

  constructor(settings: LinkSettings, ports: LinkPorts) {
    this.#settings = settings
    this.#ports = ports
  }

  /** Why nothing may be fetched for this offer now; undefined when it may. */
  async forbids({ uid, metered }: Pick<Offer, 'uid' | 'metered'>, stop: AbortSignal): Promise<string | undefined> {
    if (metered || this.#settings.metered === 'never') return undefined
    const found = await this.metered(stop)
    if (found === undefined || (await this.#ports.leave.load()) === uid) return undefined
    return `metered link (${found})`
  }

  /** This package may be fetched, whatever it costs. */
  async allow(uid: string): Promise<void> {
    await this.#ports.leave.save(uid)
    this.changed.ring()
  }

  /** What says that the link costs; undefined when it does not, or when nobody can say. */
  async metered(stop: AbortSignal): Promise<string | undefined> {
    const { metered, command, interfaces } = this.#settings
    if (metered !== 'auto') return metered === 'always' ? 'by the settings' : undefined
    try {
      if (command !== null) return (await this.#asks(command, stop)) ? command : undefined
      if (interfaces.length > 0) return await this.#overOneOf(interfaces)
      const { code, stdout } = await this.#run('busctl', busctl, stop)
      if (code !== 0) throw new Error(`busctl ended with ${code}`)
      return meteredAnswers.includes(stdout.trim()) ? 'NetworkManager' : undefined
    } catch (error) {
      stop.throwIfAborted()
      this.#ports.log.warning('cannot tell whether the link is metered: taken as not', { why: String(error) })
      return undefined
    }
  }

  async #asks(command: string, stop: AbortSignal): Promise<boolean> {
    const [program = '', ...args] = command.split(/\s+/).filter(Boolean)
    const { code } = await this.#run(program, args, stop)
    if (code === 0 || code === 1) return code === 0
    throw new Error(`${command}: expected exit status 0 or 1, got ${code}`)
  }

  async #overOneOf(interfaces: readonly string[]): Promise<string | undefined> {
    const name = await defaultInterface(this.#ports.files)
    return name !== undefined && interfaces.includes(name) ? name : undefined
  }

  #run(command: string, args: readonly string[], stop: AbortSignal) {
    return this.#ports.processes.run({ command, args, timeoutMs }, stop)
  }
}
