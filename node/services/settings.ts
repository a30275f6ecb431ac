import { dirname } from 'node:path/posix'
import { type Files, fragmentOf, kinds, readFragment, SettingsError, SettingsInput } from '@windlass/platform'
import { parseDuration } from '@windlass/wire/oci'

/** A runtime's type as it is offered to the unit. */
export type RuntimeType = 'crun' | 'runc' | 'process'

/** The service manager's settings, checked. Times are milliseconds, sizes bytes. */
export interface Settings {
  /** `host:port` of the communication manager. */
  unit: string
  reconnectMs: number
  /** PEM files; null: without TLS, which is for loopback only. */
  tls: { key: string; certificate: string; ca: string } | null
  /** Null: this machine's id. */
  nodeId: string | null
  folders: {
    working: string
    storages: string
    states: string
    images: string
    logs: string
    /** In memory: gone after a restart of the machine, as are the services. */
    run: string
  }
  nodeConfigFile: string
  resourcesFile: string
  /** Null: what is installed, crun before runc; plain processes where neither is. */
  runtimes: readonly RuntimeType[] | null
  imageTtlMs: number
  /** How long storage and state of an instance stay that is not ordered any more. */
  storageTtlMs: number
  logParts: { maxPartSize: number; maxPartCount: number }
  monitoring: { pollMs: number; averageWindowMs: number }
  /** Of all cores together; null: 10 000 for each. */
  maxDmips: number | null
  stopGraceMs: number
  parallel: number
  /** Which entries of the system's journal are alerts. */
  journal: { priority: number; filter: readonly RegExp[] }
  /** The device by which other nodes are reached; null: the one that leads to the unit. */
  uplink: string | null
  /** How networks get from node to node. */
  trunk: 'vlan' | 'vxlan'
}

/** AosCore's keys (aoscore.md, appendix A) and, beneath `windlass`, ours. */
const defaults = {
  cmServerUrl: 'aoscm:8093',
  cmReconnectTimeout: '10s',
  workingDir: '/var/aos/sm',
  resourcesConfigFile: '/etc/aos/resources.cfg',
  'imageManager.updateItemTtl': '30d',
  'logging.maxPartSize': 262_144,
  'logging.maxPartCount': 80,
  'monitoring.pollPeriod': '35s',
  'monitoring.averageWindow': '35s',
  'journalAlerts.systemAlertPriority': 3, // errors, and what is worse
  'windlass.runDir': '/run/windlass/services',
  'windlass.stopGrace': '10s', // what Docker gives, which services are written for
  'windlass.storageTtl': '30d', // as the unit keeps those of removed instances
  'windlass.parallel': 4, // more makes two cores no faster
  'windlass.trunk': 'vlan', // AosCore's
}

export const defaultFragment = fragmentOf('defaults', defaults)

const longest = 366 * 24 * 3_600_000
const span: kinds.Kind<number> = {
  expected: 'a time span such as "10s" or "PT10S"',
  read: (value) => {
    const ms = parseDuration(value)
    return ms !== undefined && ms >= 1 && ms <= longest ? ms : undefined
  },
}
const device: kinds.Kind<string> = {
  expected: 'the name of a network device such as "eth0"',
  read: (value) => (typeof value === 'string' && /^[\w.@-]{1,15}$/.test(value) ? value : undefined),
}
const pattern: kinds.Kind<RegExp> = {
  expected: 'a regular expression',
  read: (value) => {
    try {
      return typeof value === 'string' ? new RegExp(value) : undefined
    } catch {
      return undefined
    }
  },
}
const runtimeType = kinds.oneOf('crun', 'runc', 'process')
const runtime: kinds.Kind<RuntimeType> = {
  expected:
    'a {type} of crun, runc or process (rootfs and boot are the affair of windlass agent, with a section [unit])',
  read: (value) => (typeof value === 'object' && value && 'type' in value ? runtimeType.read(value.type) : undefined),
}

/** Reads a JSON file with AosCore's keys; keys that are not ours are AosCore's own affair. @throws SettingsError */
export async function loadSettings(path: string, files: Files): Promise<Settings> {
  const file = await readFragment(files, path, (text) => JSON.parse(text) as unknown)
  if (!file) throw new SettingsError('missing', { from: path, expected: 'a settings file', came: 'none' })
  return toSettings(new SettingsInput(defaultFragment, file))
}

/** @throws SettingsError */
export function toSettings(input: SettingsInput): Settings {
  const working = input.get('workingDir', kinds.text)
  const within = (key: string, name: string) => input.find(key, kinds.text) ?? `${working}/${name}`
  return {
    unit: input.get('cmServerUrl', kinds.text),
    reconnectMs: input.get('cmReconnectTimeout', span),
    tls: tlsOf(input),
    nodeId: input.find('windlass.nodeId', kinds.text) ?? null,
    folders: {
      working,
      storages: within('storageDir', 'storages'),
      states: within('stateDir', 'states'),
      images: within('imageManager.imagePath', 'images'),
      logs: within('windlass.logDir', 'logs'),
      run: input.get('windlass.runDir', kinds.text),
    },
    nodeConfigFile: within('nodeConfigFile', 'aos_node.cfg'),
    resourcesFile: input.get('resourcesConfigFile', kinds.text),
    runtimes: input.find('runtimes', kinds.listOf(runtime)) ?? null,
    imageTtlMs: input.get('imageManager.updateItemTtl', span),
    storageTtlMs: input.get('windlass.storageTtl', span),
    logParts: {
      maxPartSize: input.get('logging.maxPartSize', kinds.whole(1024, 2 ** 24)),
      maxPartCount: input.get('logging.maxPartCount', kinds.whole(1, 10_000)),
    },
    monitoring: {
      pollMs: input.get('monitoring.pollPeriod', span),
      averageWindowMs: input.get('monitoring.averageWindow', span),
    },
    maxDmips: input.find('windlass.maxDmips', kinds.whole(1, 2 ** 40)) ?? null,
    stopGraceMs: input.get('windlass.stopGrace', span),
    parallel: input.get('windlass.parallel', kinds.whole(1, 64)),
    journal: {
      priority: input.get('journalAlerts.systemAlertPriority', kinds.whole(0, 7)),
      filter: input.find('journalAlerts.filter', kinds.listOf(pattern)) ?? [],
    },
    uplink: input.find('windlass.uplink', device) ?? null,
    trunk: input.get('windlass.trunk', kinds.oneOf('vlan', 'vxlan')),
  }
}

function tlsOf(input: SettingsInput): Settings['tls'] {
  const certificate = input.find('windlass.certificate', kinds.text)
  if (certificate === undefined) return null
  const key = input.find('windlass.key', kinds.text) ?? `${dirname(certificate)}/key.pem`
  return { certificate, key, ca: input.get('caCert', kinds.text) }
}
