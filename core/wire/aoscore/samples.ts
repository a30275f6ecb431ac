import type {
  InstanceIdent,
  InstanceStatus,
  Monitoring,
  NodeFact,
  NodeOrder,
  UpdateCommand,
  UpdateManagerStatus,
  Usage,
} from '@windlass/model/unit'

/* One message of every kind, with every field, and the barest one of each. */

const ident: InstanceIdent = { itemId: '11aa', subjectId: 'subj-3', index: 1, type: 'service', preinstalled: false }
const rootfs: InstanceIdent = { itemId: 'rootfs', subjectId: 'node-a', index: 0, type: 'component', preinstalled: true }
const error = { aosCode: 5, exitCode: 2, message: 'no runtimes with requested RAM' }
const at = Date.UTC(2026, 0, 5, 8, 0, 0, 250)

export const nodeOrders: readonly NodeOrder[] = [
  { kind: 'get_node_config' },
  { kind: 'check_node_config', nodeConfig: '{"priority":1}', version: '2.0.0' },
  { kind: 'set_node_config', nodeConfig: '{"priority":1}', version: '2.0.0' },
  { kind: 'update_instances', start: [], stop: [] },
  {
    kind: 'update_instances',
    start: [
      {
        ident,
        version: '1.4.0',
        manifestDigest: 'sha256:aa01',
        ownerId: 'sp-9',
        runtimeId: '8d6f',
        uid: 5000,
        gid: 5001,
        priority: 100,
        storagePath: '11aa/subj-3/1',
        statePath: '11aa/subj-3/1/state.dat',
        envVars: [{ name: 'MODE', value: 'eco' }],
        alertRules: {
          ram: { minTimeoutMs: 1_500, minThreshold: 10.5, maxThreshold: 90 },
          cpu: { minTimeoutMs: 60_000, minThreshold: 50, maxThreshold: 75 },
          partitions: [{ name: 'storages', minTimeoutMs: 0, minThreshold: 1, maxThreshold: 2 }],
          download: { minTimeoutMs: 1_000, minThreshold: 1_000, maxThreshold: 9_007_199_254_740_991 },
          upload: { minTimeoutMs: 1_000, minThreshold: 0, maxThreshold: 1 },
        },
      },
    ],
    stop: [rootfs],
  },
  { kind: 'system_log', correlationId: 'log-1', fromMs: at, tillMs: at + 1 },
  { kind: 'instance_log', correlationId: 'log-2', filter: {} },
  { kind: 'crash_log', correlationId: 'log-3', filter: { itemId: '11aa', subjectId: 'subj-3', index: 0 }, tillMs: at },
  { kind: 'get_average_monitoring' },
  { kind: 'cloud_connection', connected: true },
  { kind: 'cloud_connection', connected: false },
]

const running: InstanceStatus = {
  ident,
  version: '1.4.0',
  nodeId: '',
  runtimeId: '8d6f',
  manifestDigest: 'sha256:aa01',
  state: 'failed',
  envVars: [{ name: 'MODE' }, { name: 'SPEED', error }],
  error,
}

const usage: Usage = {
  timeMs: at,
  ram: 1_024,
  cpu: 12,
  partitions: [{ name: 'storages', usedSize: 4_096 }],
  download: 1,
  upload: 2,
}
const monitoring: Monitoring = { node: usage, instances: [{ ident, runtimeId: '8d6f', usage }] }

export const nodeFacts: readonly NodeFact[] = [
  { kind: 'sm_info', nodeId: 'node-a', runtimes: [], resources: [] },
  {
    kind: 'sm_info',
    nodeId: 'node-a',
    runtimes: [
      {
        runtimeId: '8d6f',
        type: 'crun',
        maxDmips: 20_000,
        allowedDmips: 1_000,
        totalRam: 4_294_967_296,
        allowedRam: 1_073_741_824,
        maxInstances: 8,
        os: { os: 'linux', version: '6.1', features: ['kvm'] },
        arch: { architecture: 'arm64', variant: 'v8' },
      },
    ],
    resources: [{ name: 'camera', sharedCount: 2 }],
  },
  { kind: 'node_config', status: { version: '2.0.0', state: 'failed', error } },
  { kind: 'node_instances', instances: [] },
  { kind: 'instances_changed', instances: [running] },
  {
    kind: 'log',
    correlationId: 'log-1',
    partCount: 2,
    part: 1,
    data: Buffer.from([0x1f, 0x8b, 0x08]),
    status: 'ok',
  },
  { kind: 'monitoring', ...monitoring },
  { kind: 'average_monitoring', ...monitoring },
  { kind: 'alert', alert: { timeMs: at, kind: 'system_quota', parameter: 'cpu', value: 90, status: 'raise' } },
  { kind: 'alert', alert: { timeMs: at, kind: 'instance_quota', ident, parameter: 'ram', value: 9, status: 'fall' } },
  { kind: 'alert', alert: { timeMs: at, kind: 'resource_allocate', ident, resource: 'camera', message: 'taken' } },
  { kind: 'alert', alert: { timeMs: at, kind: 'system', message: 'oops' } },
  { kind: 'alert', alert: { timeMs: at, kind: 'core', component: 'SM', message: 'restarted' } },
  { kind: 'alert', alert: { timeMs: at, kind: 'instance', ident, version: '1.4.0', message: 'died' } },
]

export const updateCommands: readonly UpdateCommand[] = [
  { kind: 'prepare', components: [] },
  {
    kind: 'prepare',
    components: [
      {
        componentId: 'rootfs_m1',
        componentType: 'rootfs',
        version: '1.1.0',
        annotations: '{"type":"full"}',
        url: 'file:///var/windlass/images/rootfs',
        sha3: Buffer.alloc(32, 7),
        size: 5_000_000_000,
      },
    ],
  },
  { kind: 'start' },
  { kind: 'apply' },
  { kind: 'revert' },
]

export const updateStatuses: readonly UpdateManagerStatus[] = [
  { nodeId: 'node-a', priority: 0, state: 'idle', components: [] },
  {
    nodeId: 'node-a',
    priority: 10,
    state: 'failed',
    components: [
      { componentId: 'rootfs_m1', componentType: 'rootfs', version: '1.0.0', state: 'installed' },
      { componentId: 'rootfs_m1', componentType: 'rootfs', version: '1.1.0', state: 'error', error },
      { componentId: 'boot_m1', componentType: 'boot', version: '1.1.0', state: 'installing' },
    ],
    error,
  },
  { nodeId: 'node-a', priority: 10, state: 'prepared', components: [] },
  { nodeId: 'node-a', priority: 10, state: 'updated', components: [] },
]
