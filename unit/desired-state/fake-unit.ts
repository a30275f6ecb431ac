import type { JournalRecord } from '@windlass/machine'
import {
  type ComponentStatus,
  type ConfigStatus,
  type DesiredInstance,
  type DesiredState,
  errorInfo,
  type InstanceIdent,
  type InstanceState,
  type InstanceStatus,
  type ItemState,
  type ItemStatus,
  type NodeState,
  type NodeStatus,
  type UnitConfig,
} from '@windlass/model/unit'
import { createLog } from '@windlass/platform'
import { FakeClock } from '@windlass/platform/fakes'
import type { ComponentTarget, Firmware, Images, Launcher, Nodes, Placement, RunRequest } from '../ports.ts'
import { UnitError, type UnitErrorCode } from '../unit-error.ts'
import type { UpdateManager } from './diagram.ts'
import { blank } from './journal.ts'
import type { UpdatePorts, UpdateRules } from './ports.ts'
import { UnitUpdate } from './update-manager.ts'

/** A step of an update that can be made to fail or to hang. */
export type FakeStep =
  | 'download'
  | 'set node'
  | 'set config'
  | 'prepare'
  | 'start'
  | 'run'
  | 'activate'
  | 'apply'
  | 'keep'
  | 'install'
  | 'revert'
  | 'restore'

type Version = { itemId: string; version: string }

/**
 * A unit of two nodes in memory: what it runs, what it has, and everything that was done to it. `broken` steps fail as
 * often as their number says; `hung` ones wait until they are stopped.
 */
export class FakeUnit {
  readonly clock = new FakeClock()
  readonly done: string[] = []
  readonly reported: string[] = []
  readonly broken = new Map<FakeStep, number>()
  readonly hung = new Set<FakeStep>()
  readonly missing = new Set<string>()
  /** How often its state cannot be saved. */
  unsaved = 0
  readonly nodeStates = new Map<string, NodeState>([
    ['node1', 'provisioned'],
    ['node2', 'provisioned'],
  ])
  rules: UpdateRules = {
    onFailure: 'restore',
    zone: 'UTC',
    defaultTtlMs: 0,
    activatingMs: 600_000,
    settleMs: 2_000,
    retryMs: 10_000,
  }
  config: UnitConfig | undefined
  instances: InstanceStatus[] = []
  /** The state of an instance that came with a node; absent: there is none. */
  preinstalled: InstanceState | undefined
  firmwareVersion = '1.0.0'
  items: ItemStatus[] = []
  record: JournalRecord<UpdateManager> = { version: 1, moves: 0, state: { at: 'none', ...blank } }
  #confirmed: InstanceStatus[] = []
  #running: readonly RunRequest[] = []
  #firmware: 'idle' | 'prepared' | 'updated' = 'idle'
  #target = ''
  readonly #watchers = new Set<(changed: readonly InstanceStatus[]) => void>()

  ports(): UpdatePorts {
    const journal = {
      load: async () => structuredClone(this.record),
      save: async (record: JournalRecord<UpdateManager>) => {
        if (this.unsaved-- > 0) throw new Error('no space left on device')
        this.record = structuredClone(record)
      },
    }
    return {
      clock: this.clock,
      time: { ms: () => this.clock.uptime() },
      journal,
      log: createLog([], () => 0),
      rules: this.rules,
      images: this.#images(),
      launcher: this.#launcher(),
      nodes: this.#nodes(),
      firmware: this.#firmwarePort(),
      imageFile: async () => ({ sha3: new Uint8Array(32), size: 1 }),
      report: {
        nodeFailed: (nodeId, error) => this.reported.push(`${nodeId}: ${error.message}`),
        configSet: (version, error) => this.reported.push(`config ${version}: ${error?.message ?? 'set'}`),
      },
    }
  }

  boot(): UnitUpdate {
    return new UnitUpdate(this.ports())
  }

  /** What runs, as `item version`, each once. */
  get runs(): string[] {
    const active = this.instances.filter(({ state }) => state === 'active' || state === 'activating')
    return [...new Set(active.map(({ ident, version }) => `${ident.itemId} ${version}`))].sort()
  }

  /** Lets an instance come to something by itself. */
  becomes(itemId: string, state: InstanceState): void {
    this.instances = this.instances.map((one) => (one.ident.itemId === itemId ? { ...one, state } : one))
    for (const watcher of this.#watchers) watcher(this.instances)
  }

  async #do(step: FakeStep, what: string, stop?: AbortSignal): Promise<void> {
    this.done.push(what)
    if (this.hung.has(step)) {
      await new Promise((_, reject) => stop?.addEventListener('abort', () => reject(stop.reason)))
    }
    const left = this.broken.get(step) ?? 0
    if (left === 0) return
    this.broken.set(step, left - 1)
    throw new UnitError(codeOf(step), `${step} broke`)
  }

  #images(): Images {
    const put = (one: Version & Pick<ItemStatus, 'type'>, state: ItemState) => {
      const others = this.items.filter(({ itemId, version }) => itemId !== one.itemId || version !== one.version)
      const error = state === 'failed' ? { error: errorInfo('failed', 'no such blob') } : {}
      this.items = [...others, { itemId: one.itemId, type: one.type, version: one.version, state, ...error }]
    }
    return {
      download: async (items, _trust, stop) => {
        await this.#do(
          'download',
          `download ${items.map(({ itemId, version }) => `${itemId} ${version}`).join(', ')}`,
          stop,
        )
        for (const item of items) {
          const known = this.items.find((one) => one.itemId === item.itemId && one.version === item.version)
          if (this.missing.has(`${item.itemId} ${item.version}`)) put(item, 'failed')
          else if (known?.state !== 'installed') put(item, 'pending')
        }
      },
      install: async (items) => {
        await this.#do('install', 'install items')
        this.items = []
        for (const item of items) put(item, 'installed')
      },
      statuses: () => this.items,
      watch: () => () => {},
      documents: () => Promise.reject(new UnitError('item_unknown', 'not asked for')),
      blobPath: async () => '/blobs/image',
      blobUrl: async () => 'http://unit/image',
    }
  }

  #launcher(): Launcher {
    const tell = () => {
      for (const watcher of this.#watchers) watcher(this.instances)
    }
    return {
      place: async (requests) => placementOf(requests),
      run: async ({ requests }, stop) => {
        await this.#do('run', 'run', stop)
        this.#running = requests
        const state = this.hung.has('activate')
          ? 'activating'
          : (this.broken.get('activate') ?? 0) > 0
            ? 'failed'
            : 'active'
        this.instances = instancesOf(requests, state)
        tell()
      },
      restore: async (stop) => {
        await this.#do('restore', 'restore', stop)
        this.instances = this.#confirmed
        tell()
      },
      confirm: async () => {
        this.#confirmed = instancesOf(this.#running, 'active')
      },
      statuses: () => [...this.instances, ...(this.preinstalled ? [preinstalled(this.preinstalled)] : [])],
      watch: (changed) => {
        this.#watchers.add(changed)
        return () => this.#watchers.delete(changed)
      },
    }
  }

  #nodes(): Nodes {
    const off = () => Promise.reject(new UnitError('node_away', 'not asked for'))
    return {
      list: () => [...this.nodeStates].map(([nodeId, state]) => fakeNode(nodeId, state)),
      instances: () => [],
      watch: () => () => {},
      updateInstances: off,
      averageMonitoring: off,
      requestLog: () => {},
      setState: async (nodeId, state) => {
        await this.#do('set node', `${nodeId} ${state}`)
        this.nodeStates.set(nodeId, state)
      },
      config: (): ConfigStatus =>
        this.config ? { version: this.config.version, state: 'installed' } : { version: '0.0.0', state: 'absent' },
      currentConfig: () => this.config,
      updateConfig: async (config, stop) => {
        await this.#do('set config', `config ${config.version}`, stop)
        this.config = config
      },
      restoreConfig: async (config) => {
        this.done.push(`config back to ${config?.version ?? 'none'}`)
        this.config = config
      },
      tellCloudConnection: () => {},
    }
  }

  #firmwarePort(): Firmware {
    const component = (): ComponentStatus => ({
      componentId: 'rootfs_m1',
      componentType: 'rootfs',
      version: this.firmwareVersion,
      state: 'installed',
    })
    let previous = this.firmwareVersion
    return {
      managers: () => [
        { nodeId: 'node1', priority: 0, state: this.#firmware, components: [component()], connected: true },
      ],
      components: () => [{ ...component(), nodeId: 'node1' }],
      watch: () => () => {},
      prepare: async (updates, stop) => {
        await this.#do(
          'prepare',
          `prepare ${[...updates].map(([node, [one]]) => `${node} ${one?.version}`).join(', ')}`,
          stop,
        )
        this.#target = [...updates.values()].flat()[0]?.version ?? this.firmwareVersion
        previous = this.firmwareVersion
        this.#firmware = 'prepared'
      },
      start: async (stop) => {
        await this.#do('start', 'start', stop)
        this.firmwareVersion = this.#target
        this.#firmware = 'updated'
      },
      apply: async (stop) => {
        await this.#do('apply', 'apply', stop)
        if (this.broken.has('keep')) await this.#do('keep', 'keep', stop)
        this.#firmware = 'idle'
      },
      gather: async () => {},
      revert: async (stop) => {
        await this.#do('revert', 'revert', stop)
        if (this.#firmware === 'updated') this.firmwareVersion = previous
        this.#firmware = 'idle'
      },
    }
  }
}

function placementOf(requests: readonly RunRequest[]): Placement {
  const components: ComponentTarget[] = requests
    .filter(({ item }) => item.type === 'component')
    .map(({ item, subject }) => ({
      ident: identOf(item, subject.subjectId, 0),
      version: item.version,
      nodeId: 'node1',
      componentId: 'rootfs_m1',
      componentType: 'rootfs',
      manifestDigest: 'sha256:1',
      image: { digest: 'sha256:2', size: 1 },
      annotations: '',
    }))
  return { requests, nodes: new Map(), components, homeless: [] }
}

function preinstalled(state: InstanceState): InstanceStatus {
  const ident: InstanceIdent = { itemId: 'boot', subjectId: '', index: 0, type: 'component', preinstalled: true }
  return { ident, version: '1.0.0', nodeId: 'node1', runtimeId: 'boot', manifestDigest: '', state, envVars: [] }
}

function identOf(item: RunRequest['item'], subjectId: string, index: number): InstanceIdent {
  return { itemId: item.itemId, subjectId, index, type: item.type, preinstalled: false }
}

function instancesOf(requests: readonly RunRequest[], state: InstanceState): InstanceStatus[] {
  return requests.flatMap(({ item, subject, numInstances }) =>
    Array.from({ length: Math.max(1, numInstances) }, (_, index) => ({
      ident: identOf(item, subject.subjectId, index),
      version: item.version,
      nodeId: 'node1',
      runtimeId: 'runc',
      manifestDigest: 'sha256:1',
      state,
      envVars: [],
    })),
  )
}

function fakeNode(nodeId: string, state: NodeState): NodeStatus {
  return {
    nodeId,
    state,
    nodeType: 'plain',
    title: nodeId,
    maxDmips: 1000,
    totalRam: 1024,
    os: { os: 'linux', features: [] },
    cpus: [],
    partitions: [],
    attrs: nodeId === 'node1' ? { MainNode: '' } : {},
    runtimes: [],
    resources: [],
    isConnected: true,
  }
}

/** A desired state: a service and a component at these versions; what is not named is not in it. */
export function order(
  versions: { service?: string; component?: string; instances?: number; config?: string },
  more: Partial<DesiredState> = {},
): DesiredState {
  const item = (itemId: string, type: 'service' | 'component', version: string) => ({
    itemId,
    type,
    version,
    ownerId: 'owner',
    indexDigest: `sha256:${itemId}${version}`,
  })
  const instance = (itemId: string, numInstances: number): DesiredInstance => ({
    itemId,
    subjectId: 'subject',
    priority: 0,
    numInstances,
    labels: [],
  })
  const { service, component, instances = 1, config } = versions
  return {
    nodes: [],
    items: [
      ...(service ? [item('service', 'service', service)] : []),
      ...(component ? [item('rootfs', 'component', component)] : []),
    ],
    instances: [...(service ? [instance('service', instances)] : []), ...(component ? [instance('rootfs', 1)] : [])],
    ...(config && { unitConfig: { version: config, formatVersion: '1', nodes: [] } }),
    subjects: [{ subjectId: 'subject', type: 'group', isReportedFromUnit: false }],
    certificates: [],
    certificateChains: [],
    ...more,
  }
}

/** Firmware that does not come up, a node that does not say, a service that does not run. */
function codeOf(step: FakeStep): UnitErrorCode {
  if (['prepare', 'start', 'keep'].includes(step)) return 'component_failed'
  return step === 'apply' ? 'node_away' : 'instance_failed'
}
