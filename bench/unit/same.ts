import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../install/run-program.ts'

/** A container to be started by hand: a run folder of ours without what the start made of it. */
export interface Kept {
  id: string
  folder: string
}

/** Copies what the service managers gave the runtime for each container that runs now: configuration, layers, own small files. */
export async function keepRuns(folders: readonly string[], to: string): Promise<Kept[]> {
  const kept: Kept[] = []
  for (const from of folders) {
    for (const id of (await readdir(from)).filter((name) => !name.startsWith('.'))) {
      const folder = join(to, id)
      for (const name of ['lower', 'order', 'config.json']) {
        await cp(join(from, id, name), join(folder, name), { recursive: true, verbatimSymlinks: true })
      }
      await mkdir(join(folder, 'rootfs'))
      await keepBinds(folder)
      kept.push({ id, folder })
    }
  }
  return kept
}

interface Spec {
  mounts: { type: string; source: string }[]
  linux: { cgroupsPath: string; namespaces: { type: string; path?: string }[] }
}

/** Names of neighbours, and the like: they go when the containers do. */
async function keepBinds(folder: string): Promise<void> {
  await change(join(folder, 'config.json'), async ({ mounts }) => {
    for (const [at, mount] of mounts.entries()) {
      if (mount.type !== 'bind') continue
      const copy = join(folder, `bind-${at}`)
      await cp(mount.source, copy, { recursive: true })
      mount.source = copy
    }
  })
}

async function change(path: string, how: (spec: Spec) => Promise<void> | void): Promise<void> {
  const spec = JSON.parse(await readFile(path, 'utf8')) as Spec
  await how(spec)
  await writeFile(path, JSON.stringify(spec))
}

/**
 * Starts the same containers by a shell, one after another: network namespace, pair of devices on a bridge, root of shared layers,
 * and the runtime with the very configuration that ours had. Nobody looks after them. They are removed again.
 * @returns milliseconds from the first command to the end of the last
 */
export async function startSame(runtime: string, kept: readonly Kept[], state: string): Promise<number> {
  const space = (at: number) => `wlsame${process.pid}-${at}`
  for (const [at, { id, folder }] of kept.entries()) {
    await change(join(folder, 'config.json'), ({ linux }) => {
      const network = linux.namespaces.find(({ type }) => type === 'network')
      if (!network) throw new Error(`expected a network namespace in ${folder}, got none`)
      network.path = `/run/netns/${space(at)}`
      linux.cgroupsPath = `/wlsame/${id}`
    })
  }
  const starts = kept.map(({ id, folder }, at) => startOf(runtime, { id, folder, state, space: space(at), at }))
  const ends = kept.map(
    ({ id }, at) =>
      `${runtime} --root ${state} delete --force ${id}; ip netns del ${space(at)}; ip link del wls${process.pid}-${at}`,
  )
  await run({ command: 'sh', args: ['-c', 'ip link add wlsame type bridge; ip link set wlsame up'] })
  try {
    const from = performance.now()
    await run({ command: 'sh', args: ['-c', ['set -e', ...starts].join('\n')] })
    return performance.now() - from
  } finally {
    await run({ command: 'sh', args: ['-c', [...ends, 'ip link del wlsame', ':'].join('\n')] })
  }
}

interface Start extends Kept {
  state: string
  space: string
  at: number
}

function startOf(runtime: string, { id, folder, state, space, at }: Start): string {
  const address = `10.98.${Math.floor(at / 250)}.${(at % 250) + 2}/16`
  return `ip -batch - <<'.'
netns add ${space}
link add wls${process.pid}-${at} type veth peer name eth0 netns ${space}
link set wls${process.pid}-${at} master wlsame up
.
ip -n ${space} -batch - <<'.'
link set lo up
address add ${address} dev eth0
link set eth0 up
.
cd ${folder}/lower
unshare --mount --propagation private sh -c 'mount -t overlay -o "ro,nosuid,nodev,lowerdir=$(cat ../order)" overlay ../rootfs && cd .. &&
  exec ${runtime} --root ${state} run --detach --bundle . ${id} </dev/null >/dev/null 2>runtime.log'`
}
