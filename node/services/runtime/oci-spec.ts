import type { Bind, Device, Limits, Workload } from './runtime.ts'
import { seccompProfile } from './seccomp-profile.ts'

/**
 * The `config.json` of a bundle (OCI runtime specification 1.0.2) whose root is the folder `rootfs` beside it. Read-only root,
 * no capabilities, no new privileges, a system call filter: none of it can be switched off by an image.
 * `architecture`: the machine's, as OCI says it: `amd64`.
 */
export function ociSpec(workload: Workload, cgroupParent: string, architecture: string): object {
  return {
    ociVersion: '1.0.2',
    process: processOf(workload),
    root: { path: 'rootfs', readonly: true },
    hostname: workload.hostname,
    mounts: [...systemMounts(workload.limits), ...workload.binds.map(bindMount)],
    linux: {
      cgroupsPath: `${cgroupParent}/${workload.id}`,
      devices: workload.devices.map(deviceNode),
      resources: resourcesOf(workload),
      namespaces: [
        ...['pid', 'ipc', 'uts', 'mount'].map((type) => ({ type })),
        { type: 'network', ...(workload.networkNamespace !== undefined && { path: workload.networkNamespace }) },
      ],
      sysctl: workload.sysctl,
      seccomp: seccompProfile(architecture),
      maskedPaths: hiddenPaths,
      readonlyPaths: ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
    },
  }
}

function processOf({ args, env, cwd, uid, gid, gids, limits }: Workload): object {
  const { openFiles } = limits
  return {
    terminal: false,
    user: { uid, gid, additionalGids: gids },
    args,
    env,
    cwd,
    capabilities: { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] },
    noNewPrivileges: true,
    ...(openFiles !== undefined && { rlimits: [{ type: 'RLIMIT_NOFILE', hard: openFiles, soft: openFiles }] }),
  }
}

function resourcesOf({ limits: { cpuQuota, memoryBytes, pids }, devices }: Workload): object {
  return {
    devices: [{ allow: false, access: 'rwm' }, ...devices.map(deviceRule)],
    ...(cpuQuota !== undefined && { cpu: { quota: cpuQuota, period: cpuPeriod } }),
    // Swap would be a way around the limit.
    ...(memoryBytes !== undefined && { memory: { limit: memoryBytes, swap: memoryBytes } }),
    ...(pids !== undefined && { pids: { limit: pids } }),
  }
}

function deviceNode(device: Device): object {
  const { to: path, permissions: fileMode, uid, gid } = device
  return { path, fileMode, uid, gid, ...numberOf(device) }
}

function deviceRule(device: Device): object {
  return { allow: true, ...numberOf(device), access: device.access }
}

function numberOf({ kind, major, minor }: Device): object {
  return { type: kind === 'char' ? 'c' : 'b', major, minor }
}

/** Microseconds. */
export const cpuPeriod = 100_000

function systemMounts({ tmpBytes }: Limits): object[] {
  const still = ['nosuid', 'noexec', 'nodev']
  return [
    mount('/proc', 'proc', still),
    mount('/dev', 'tmpfs', ['nosuid', 'strictatime', 'mode=755', 'size=65536k']),
    mount('/dev/pts', 'devpts', ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620']),
    mount('/dev/shm', 'tmpfs', [...still, 'mode=1777', 'size=65536k']),
    mount('/dev/mqueue', 'mqueue', still),
    mount('/sys', 'sysfs', [...still, 'ro']),
    mount('/tmp', 'tmpfs', ['nosuid', 'nodev', 'mode=1777', `size=${tmpBytes}`]),
  ]
}

function mount(destination: string, type: string, options: readonly string[]): object {
  return { destination, type, source: type, options }
}

function bindMount({ from, to, kind, writable }: Bind): object {
  const options = [kind === 'folder' ? 'rbind' : 'bind', 'nosuid', 'nodev', writable ? 'rw' : 'ro']
  return { destination: to, type: 'bind', source: from, options }
}

const hiddenPaths = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/sys/firmware',
]
