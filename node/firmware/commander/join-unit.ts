import type { Runner } from '@windlass/machine'
import { type Clock, type Files, type Log, type MutualTls, type Rpc, SettingsError } from '@windlass/platform'
import type { Fetcher } from '../download/fetcher.ts'
import type { Firmware } from '../identity/firmware.ts'
import type { Records } from '../records.ts'
import type { Agent } from '../update/diagram.ts'
import type { Ports } from '../update/ports.ts'
import { stayRegistered } from './registration.ts'
import type { UnitSettings } from './unit-settings.ts'
import { UpdateManager } from './update-manager.ts'

/** What the agent's ports are made of, and a unit's commander too. */
export interface CommanderParts {
  clock: Clock
  files: Files
  log: Log
  fetcher: Fetcher
  firmware: Firmware
  records: Pick<Records, 'order'>
}

const mostPemBytes = 256 * 1024
const machineIdPath = '/etc/machine-id'

/** This device as one of a unit's nodes: opened with the agent's ports, told of its machine, then kept registered. */
export class JoinedUnit {
  readonly #settings: UnitSettings
  readonly #rpc: Rpc
  #parts: CommanderParts | undefined
  #manager: UpdateManager | undefined

  constructor(settings: UnitSettings, rpc: Rpc) {
    this.#settings = settings
    this.#rpc = rpc
  }

  /** @throws SettingsError when neither the settings nor the system say which node this is */
  async open(parts: CommanderParts): Promise<UpdateManager> {
    const { nodeId, priority, componentType: type, componentId } = this.#settings
    const machineId = await readMachineId(parts.files)
    const known = (value: string | null, key: string) => value ?? this.#missing(key)
    const component = {
      id: componentId ?? `${type}_${known(machineId, 'unit.component_id')}`,
      type,
      version: parts.firmware.version,
    }
    this.#parts = parts
    this.#manager = await UpdateManager.open({
      ...parts,
      nodeId: nodeId ?? known(machineId, 'unit.node_id'),
      priority,
      component,
      journal: parts.records.order,
    })
    return this.#manager
  }

  /** Before the machine runs; until `quit` fires. */
  async command(runner: Runner<Agent, Ports>, { journal }: Pick<Ports, 'journal'>, quit: AbortSignal): Promise<void> {
    const manager = this.#manager
    quit.addEventListener('abort', () => manager?.leave())
    await manager?.command(runner, (await journal.load())?.state)
  }

  /** Until `quit` fires. */
  async serve(quit: AbortSignal): Promise<void> {
    if (!this.#manager || !this.#parts) return
    await stayRegistered(this.#manager, () => this.#connect(), this.#parts, quit)
  }

  async #connect() {
    return this.#rpc.connect(this.#settings.communicationManager, await this.#tls())
  }

  /** Read again for each connection: certificates are renewed. */
  async #tls(): Promise<MutualTls | null> {
    const { tls } = this.#settings
    const files = this.#parts?.files
    if (!tls || !files) return null
    const read = async (path: string) => new TextDecoder().decode(await files.readFile(path, mostPemBytes))
    return { key: await read(tls.key), cert: await read(tls.certificate), ca: await read(tls.ca) }
  }

  #missing(key: string): never {
    throw new SettingsError('missing', {
      from: 'settings',
      key,
      expected: `a value, or ${machineIdPath}`,
      came: 'neither',
    })
  }
}

async function readMachineId(files: Files): Promise<string | null> {
  if (!(await files.facts(machineIdPath))) return null
  return new TextDecoder().decode(await files.readFile(machineIdPath, 1_024)).trim() || null
}
