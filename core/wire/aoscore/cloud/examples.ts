import { type CloudOrder, errorInfo, type InstanceIdent, type UnitFact } from '@windlass/model/unit'

/* One of each message, with as much in it as it can hold; for tests. */

const at = Date.UTC(2026, 0, 5, 8)
const digest = `sha256:${'ab'.repeat(32)}`
const itemId = '0c1f6e9e-2d8b-4f6e-9d51-0a6a1c0a11aa'
const subjectId = '5f0f0d34-7f40-4a37-8f5c-53d7b2f3a003'
const bytes = (length: number) => Uint8Array.from({ length }, (_, i) => i)
const state = { itemId, subjectId, index: 1 }
const ident: InstanceIdent = { ...state, type: 'service', preinstalled: false }
const rootfs: InstanceIdent = {
  itemId: 'rootfs',
  subjectId: 'mainType',
  index: 0,
  type: 'component',
  preinstalled: true,
}
const csr = '-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n'
const chain = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'
const usage = {
  timeMs: at,
  ram: 1024,
  cpu: 500,
  partitions: [{ name: 'states', usedSize: 4096 }],
  download: 10,
  upload: 20,
}

export const orders: readonly CloudOrder[] = [
  {
    kind: 'desired_state',
    correlationId: 'ds-1',
    desired: {
      nodes: [
        { nodeId: 'node-a', state: 'provisioned' },
        { nodeId: 'node-b', state: 'paused' },
      ],
      unitConfig: {
        version: '3.0.0',
        formatVersion: '7',
        nodes: [
          {
            nodeId: 'node-a',
            nodeType: 'mainType',
            alertRules: {
              ram: { minTimeoutMs: 10_000, minThreshold: 50, maxThreshold: 80 },
              cpu: { minTimeoutMs: 500, minThreshold: 60, maxThreshold: 90 },
              partitions: [{ name: 'states', minTimeoutMs: 60_000, minThreshold: 10, maxThreshold: 20 }],
              download: { minTimeoutMs: 1000, minThreshold: 100, maxThreshold: 200 },
              upload: { minTimeoutMs: 1000, minThreshold: 300, maxThreshold: 400 },
            },
            resourceRatios: { cpu: 50, ram: 51, storage: 52, state: 53 },
            labels: ['front'],
            priority: 100,
          },
          { nodeType: 'secondary', labels: [], priority: 0 },
        ],
      },
      items: [{ itemId, type: 'service', version: '1.4.0', ownerId: 'sp-9', indexDigest: digest }],
      instances: [{ itemId, subjectId, priority: 10, numInstances: 2, labels: ['front'] }],
      subjects: [{ subjectId, type: 'group', isReportedFromUnit: true }],
      certificates: [{ der: 'MIIBAA==', fingerprint: 'F0E1' }],
      certificateChains: [{ name: 'sp-chain', fingerprints: ['F0E1'] }],
      sotaSchedule: { type: 'trigger', ttlSeconds: 3600 },
      fotaSchedule: {
        type: 'timetable',
        ttlSeconds: 0,
        timetable: [{ dayOfWeek: 1, timeSlots: [{ startMs: 8 * 3_600_000, endMs: 10 * 3_600_000 + 500 }] }],
      },
    },
  },
  {
    kind: 'blob_urls',
    correlationId: 'blobs-1',
    sources: [
      {
        digest,
        urls: ['https://cdn.example/blobs/1'],
        sha3: bytes(32),
        size: 1234,
        decryption: { algorithm: 'AES256/CBC/pkcs7', iv: bytes(16), key: bytes(32) },
        signature: { chainName: 'sp-chain', algorithm: 'RSA/SHA256', value: bytes(48), trustedTimestampMs: at },
      },
    ],
  },
  {
    kind: 'override_env_vars',
    correlationId: 'env-1',
    items: [
      {
        filter: { itemId, subjectId, index: 0 },
        variables: [
          { name: 'LEVEL', value: 'debug' },
          { name: 'UNTIL', value: '', ttlMs: at },
        ],
      },
      { filter: {}, variables: [{ name: 'ALL', value: '1' }] },
    ],
  },
  {
    kind: 'request_log',
    correlationId: 'log-1',
    log: {
      type: 'instance',
      nodeIds: ['node-a'],
      filter: { itemId, index: 1 },
      fromMs: at - 3_600_000,
      tillMs: at,
      upload: { type: 'https', url: 'https://logs.example/', bearerToken: 'secret', bearerTokenTtlMs: at },
    },
  },
  { kind: 'state_acceptance', ident: state, checksum: 'c0ffee', accepted: false, reason: 'too old' },
  { kind: 'update_state', ident: state, checksum: 'c0ffee', state: 'the state' },
  {
    kind: 'renew_certificates',
    certificates: [
      { type: 'online', nodeId: 'node-a', serial: '0a1b', validTillMs: at },
      { type: 'sm', nodeId: 'node-a' },
    ],
    secrets: { 'node-a': 'secret' },
  },
  { kind: 'issued_certificates', certificates: [{ type: 'online', nodeId: 'node-a', chain }] },
  { kind: 'start_provisioning', correlationId: 'prov-1', nodeId: 'node-b', password: 'secret' },
  {
    kind: 'finish_provisioning',
    correlationId: 'prov-2',
    nodeId: 'node-b',
    certificates: [{ type: 'sm', chain }],
    password: 'secret',
  },
  { kind: 'deprovision', correlationId: 'prov-3', nodeId: 'node-b', password: 'secret' },
]

export const facts: readonly UnitFact[] = [
  {
    kind: 'unit_status',
    status: {
      isDelta: false,
      unitConfig: [
        { version: '3.0.0', state: 'installed' },
        { version: '3.0.1', state: 'failed', error: errorInfo('invalidArgument', 'wrong node type') },
      ],
      nodes: [
        {
          nodeId: 'node-a',
          nodeType: 'mainType',
          title: 'main',
          maxDmips: 20_000,
          totalRam: 4_294_967_296,
          physicalRam: 4_294_967_295,
          os: { os: 'linux', version: '6.1.0', features: ['pvm'] },
          cpus: [
            {
              modelName: 'A57',
              cores: 2,
              threads: 4,
              arch: { architecture: 'arm64', variant: 'v8' },
              maxDmips: 10_000,
            },
          ],
          partitions: [{ name: 'states', types: ['states'], totalSize: 1_048_576 }],
          attrs: { MainNode: '', AosComponents: 'cm,iam,sm' },
          state: 'provisioned',
          runtimes: [
            {
              runtimeId: '8d6f',
              type: 'crun',
              maxDmips: 20_000,
              allowedDmips: 10_000,
              totalRam: 4_294_967_296,
              allowedRam: 2_147_483_648,
              maxInstances: 0,
              arch: { architecture: 'arm64' },
              os: { os: 'linux', features: [] },
            },
          ],
          resources: [{ name: 'camera0', sharedCount: 1 }],
          isConnected: true,
          error: errorInfo('timeout', 'SM connection timeout'),
        },
      ],
      items: [
        { itemId, type: 'service', version: '1.4.0', state: 'installed' },
        { itemId: 'rootfs', type: 'component', version: '1.0.0', state: 'installed', preinstalled: true },
      ],
      instances: [
        {
          ident: { ...ident, index: 0 },
          version: '1.4.0',
          nodeId: 'node-a',
          runtimeId: '8d6f',
          manifestDigest: '',
          state: 'active',
          stateChecksum: 'c0ffee',
          envVars: [],
        },
        {
          ident,
          version: '1.4.0',
          nodeId: '',
          runtimeId: '',
          manifestDigest: '',
          state: 'failed',
          envVars: [],
          error: errorInfo('notFound', 'no runtimes with requested RAM'),
        },
        {
          ident: rootfs,
          version: '1.0.0',
          nodeId: 'node-a',
          runtimeId: 'rootfs',
          manifestDigest: '',
          state: 'active',
          envVars: [],
        },
      ],
      subjects: ['driver-1'],
    },
  },
  { kind: 'request_blob_urls', correlationId: 'blobs-1', digests: [digest] },
  {
    kind: 'alerts',
    alerts: [
      { kind: 'node', nodeId: 'node-a', alert: { kind: 'system', timeMs: at, message: 'disk is dying' } },
      { kind: 'node', nodeId: 'node-a', alert: { kind: 'core', timeMs: at, component: 'SM', message: 'restarted' } },
      {
        kind: 'node',
        nodeId: 'node-a',
        alert: { kind: 'system_quota', timeMs: at, parameter: 'cpu', value: 99, status: 'raise' },
      },
      {
        kind: 'node',
        nodeId: '',
        alert: { kind: 'instance_quota', timeMs: at, ident, parameter: 'ram', value: 4096, status: 'raise' },
      },
      {
        kind: 'node',
        nodeId: 'node-a',
        alert: { kind: 'resource_allocate', timeMs: at, ident, resource: 'camera0', message: 'in use' },
      },
      {
        kind: 'node',
        nodeId: '',
        alert: { kind: 'instance', timeMs: at, ident, version: '1.4.0', message: 'panic' },
      },
      {
        kind: 'download',
        timeMs: at,
        digest,
        url: 'https://cdn.example/blobs/1',
        downloadedBytes: 10,
        totalBytes: 1234,
        state: 'interrupted',
        reason: 'no network',
        error: errorInfo('runtime', 'connection reset', 104),
      },
    ],
  },
  {
    kind: 'monitoring',
    monitoring: {
      nodes: [
        {
          nodeId: 'node-a',
          states: [{ timeMs: at, state: 'provisioned', connected: true }],
          usages: [usage],
        },
      ],
      instances: [{ ident, nodeId: 'node-a', states: [{ timeMs: at, state: 'active' }], usages: [usage] }],
    },
  },
  { kind: 'new_state', ident: state, checksum: 'c0ffee', state: 'the state' },
  { kind: 'state_request', ident: state, useDefault: false },
  {
    kind: 'env_vars_status',
    correlationId: 'env-1',
    statuses: [
      { ident: state, name: 'LEVEL' },
      { ident: state, name: 'UNTIL', error: errorInfo('failed', 'expired') },
    ],
  },
  {
    kind: 'push_log',
    nodeId: 'node-a',
    part: { correlationId: 'log-1', partCount: 2, part: 1, data: bytes(24), status: 'ok' },
  },
  {
    kind: 'push_log',
    nodeId: 'node-b',
    part: {
      correlationId: 'log-1',
      partCount: 0,
      part: 0,
      data: bytes(0),
      status: 'error',
      error: errorInfo('failed', 'journal cannot be read'),
    },
  },
  { kind: 'issue_certificates', requests: [{ type: 'online', nodeId: 'node-a', csr }] },
  {
    kind: 'certificates_installed',
    certificates: [
      { type: 'online', nodeId: 'node-a', serial: '0a1b' },
      { type: 'sm', nodeId: 'node-b', serial: '', error: errorInfo('notFound', 'node is away') },
    ],
  },
  { kind: 'provisioning_started', correlationId: 'prov-1', nodeId: 'node-b', csrs: [{ type: 'sm', csr }] },
  {
    kind: 'provisioning_finished',
    correlationId: 'prov-2',
    nodeId: 'node-b',
    error: errorInfo('wrongState', 'node is provisioned'),
  },
  { kind: 'deprovisioned', correlationId: 'prov-3', nodeId: 'node-b' },
]
