import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path/posix'
import { nodeProcesses, systemClock } from '@windlass/platform'
import { describe, expect, it } from 'vitest'
import { detectRuntimes } from './detect.ts'
import type { Means } from './means.ts'
import { ociMeans } from './oci-means.ts'
import { processMeans } from './process-means.ts'
import { type RuntimeSubject, testRuntime } from './runtime.contract.ts'
import type { Exit, Runtime, Workload } from './runtime.ts'
import { sampleWorkload } from './sample-workload.ts'
import { SupervisedRuntime } from './supervised-runtime.ts'
import { until } from './until.ts'

const processes = nodeProcesses()
const found = await detectRuntimes(processes)
const applets = [
  'sh',
  'cat',
  'id',
  'ls',
  'sleep',
  'touch',
  'mount',
  'unshare',
  'dd',
  'wc',
  'grep',
  'su',
  'mkdir',
  'chmod',
]

interface Bench extends RuntimeSubject {
  folder: string
  log(id: string): Promise<string>
}

function bench(means: (folder: string) => Means): () => Promise<Bench> {
  return async () => {
    const folder = await mkdtemp(join(tmpdir(), 'services-'))
    const layer = join(folder, 'layer')
    await mkdir(join(layer, 'bin'), { recursive: true })
    await cp('/bin/busybox', join(layer, 'bin/busybox'))
    for (const applet of applets) await symlink('busybox', join(layer, 'bin', applet))
    const options = { folder: join(folder, 'run'), graceMs: 5000, patienceMs: 30_000 }
    const make = () => SupervisedRuntime.open(means(folder), options, { processes, clock: systemClock })
    const logPath = (id: string) => join(folder, `${id}.log`)
    return {
      folder,
      runtime: await make(),
      again: make,
      workload: async (id, script) => {
        await writeFile(logPath(id), '')
        return sampleWorkload(id, script, { layers: [layer], logPath: logPath(id) })
      },
      until,
      log: (id) => readFile(logPath(id), 'utf8'),
      close: () => rm(folder, { recursive: true, force: true }),
    }
  }
}

for (const type of ['crun', 'runc'] as const) {
  const path = found[type]
  if (path === undefined) {
    it.skip(`${type}: no such program in PATH`, () => undefined)
    continue
  }
  const make = bench((folder) =>
    ociMeans(
      {
        type,
        path,
        stateRoot: join(folder, 'state'),
        cgroupParent: '/windlass-test',
        architecture: process.arch === 'x64' ? 'amd64' : process.arch,
        ...(type === 'crun' && found.secondHierarchy !== undefined && { hiddenMount: found.secondHierarchy }),
      },
      processes,
    ),
  )
  testRuntime(type, make)
  describe(`a container of ${type}`, () => containers(make))
}

testRuntime(
  'processes',
  bench(() => processMeans(processes, process.getuid?.() === 0)),
)

function containers(make: () => Promise<Bench>): void {
  /** Runs a script to its end; what it said and its exit. */
  async function ran(script: string, changes: Partial<Workload> = {}): Promise<{ exit: Exit; said: string }> {
    const { runtime, workload, log, close } = await make()
    await runtime.start({ ...(await workload('one', script)), ...changes })
    const exit = await until(() => exitOf(runtime))
    const said = await log('one')
    await runtime.stop('one')
    await close()
    return { exit, said }
  }

  it('has a root that cannot be written to, and a memory disk of the ordered size at /tmp', async () => {
    const script = 'touch /bin/x && exit 1; dd if=/dev/zero of=/tmp/x bs=64k count=100 2>/dev/null; wc -c < /tmp/x'
    const { said, exit } = await ran(script, { limits: { tmpBytes: 1_048_576 } })
    expect(said).toContain('Read-only file system')
    expect(said).toMatch(/^1048576$/m)
    expect(exit.code).toBe(0)
  })

  it('runs as the ordered user without any capability, and can gain none', async () => {
    const { said } = await ran('id; cat /proc/self/status')
    expect(said).toContain('uid=5000 gid=5000')
    expect(said).toMatch(/NoNewPrivs:\s*1/)
    for (const set of ['Inh', 'Prm', 'Eff', 'Bnd', 'Amb']) expect(said).toMatch(new RegExp(`Cap${set}:\\s*0{16}`))
  })

  it('gains nothing from a setuid program', async () => {
    const { runtime, workload, log, close } = await make()
    const asked = await workload('one', '/suid/id')
    const layer = `${asked.layers[0]}-suid`
    await mkdir(join(layer, 'suid'), { recursive: true })
    await cp('/bin/busybox', join(layer, 'suid/id'))
    await processes.run({ command: 'chmod', args: ['4755', join(layer, 'suid/id')] })
    await runtime.start({ ...asked, layers: [...asked.layers, layer] })
    await until(() => exitOf(runtime))
    expect(await log('one')).toContain('uid=5000')
    expect(await log('one')).not.toContain('euid=0')
    await runtime.stop('one')
    await close()
    await rm(layer, { recursive: true, force: true })
  })

  it('is refused system calls it has no business with', async () => {
    const { said } = await ran('unshare -U /bin/true; mount -t tmpfs x /tmp; grep Seccomp: /proc/self/status', {
      uid: 0,
      gid: 0,
    })
    expect(said).toMatch(/unshare.*(Operation not permitted|EPERM)/)
    expect(said).toMatch(/mount.*(permission denied|Operation not permitted)/i)
    expect(said).toMatch(/Seccomp:\s*2/)
  })

  it('cannot take what is its own out of its quota project, and may ask files all else', async () => {
    const { runtime, workload, log, folder, close } = await make()
    const asked = await workload(
      'one',
      'chattr -p 7 /storage/x; chattr +d /storage/x; lsattr /storage/x; ls -l /dev/null',
    )
    const [layer = ''] = asked.layers
    await withLibraries(layer, ['/usr/bin/chattr', '/usr/bin/lsattr'])
    await mkdir(join(folder, 'storage'))
    await writeFile(join(folder, 'storage/x'), '')
    await processes.run({ command: 'chown', args: ['-R', '5000:5000', join(folder, 'storage')] })
    const bind = { from: join(folder, 'storage'), to: '/storage', kind: 'folder', writable: true } as const
    await runtime.start({ ...asked, binds: [bind] })
    await until(() => exitOf(runtime))
    const said = await log('one')
    expect(said.match(/Operation not permitted while setting flags/g)).toHaveLength(2)
    expect(said).toMatch(/-{5,}.* \/storage\/x/)
    await runtime.stop('one')
    await close()
  })

  it('cannot make more processes than the limit', async () => {
    const script = 'i=0; while [ $i -lt 20 ]; do sleep 5 & i=$((i+1)); done; exit 0'
    const { said, exit } = await ran(script, { limits: { tmpBytes: 4096, pids: 8 } })
    expect(said).toMatch(/can't fork/)
    expect(exit.code).not.toBe(0)
  })

  it('is killed when it takes more memory than the limit', async () => {
    const script = 'x=0123456789abcdef; while :; do x=$x$x; done'
    const { exit } = await ran(script, { limits: { tmpBytes: 4096, memoryBytes: 33_554_432 } })
    expect(exit).toMatchObject({ code: 137, why: 'ended by signal 9' })
  })

  it('may open as many files as ordered', async () => {
    const { said } = await ran('ulimit -n', { limits: { tmpBytes: 4096, openFiles: 77 } })
    expect(said.trim()).toBe('77')
  })

  it('gets the CPU time that was ordered', async () => {
    const { said } = await ran('cat /proc/self/cgroup', { limits: { tmpBytes: 4096, cpuQuota: 20_000 } })
    expect(said).toContain('/windlass-test/one')
  })

  it('sees its folders and files, and nothing else of the host', async () => {
    const { runtime, workload, log, folder, close } = await make()
    await mkdir(join(folder, 'storage'))
    await writeFile(join(folder, 'state.dat'), 'old')
    await processes.run({
      command: 'chown',
      args: ['-R', '5000:5000', join(folder, 'storage'), join(folder, 'state.dat')],
    })
    const script = 'cat /state.dat; echo new > /state.dat; echo kept > /storage/x; cat /etc/hosts; ls /'
    await runtime.start({
      ...(await workload('one', script)),
      binds: [
        { from: join(folder, 'storage'), to: '/storage', kind: 'folder', writable: true },
        { from: join(folder, 'state.dat'), to: '/state.dat', kind: 'file', writable: true },
      ],
      files: { '/etc/hosts': '10.0.0.1 db\n' },
    })
    await until(() => exitOf(runtime))
    expect(await readFile(join(folder, 'storage/x'), 'utf8')).toBe('kept\n')
    expect(await readFile(join(folder, 'state.dat'), 'utf8')).toBe('new\n')
    expect(await log('one')).toBe('old10.0.0.1 db\nbin\ndev\netc\nproc\nstate.dat\nstorage\nsys\ntmp\n')
    await runtime.stop('one')
    await close()
  })

  it('sees upper layers over lower ones, and leaves no mount behind', async () => {
    const { runtime, workload, log, folder, close } = await make()
    const layers = await Promise.all(
      Array.from({ length: 40 }, async (_, at) => {
        const layer = join(folder, `layer-${at}`.padEnd(80, '-'))
        await mkdir(layer)
        await writeFile(join(layer, 'same'), `${at}`)
        await writeFile(join(layer, `own-${at}`), '')
        return layer
      }),
    )
    const asked = await workload('one', 'cat /same; ls / | grep -c own')
    await runtime.start({ ...asked, layers: [...asked.layers, ...layers] })
    await until(() => exitOf(runtime))
    expect(await log('one')).toBe('3940\n')
    await runtime.stop('one')
    expect(await readFile('/proc/self/mountinfo', 'utf8')).not.toContain(folder)
    await close()
  })

  it('says why a service could not be started', async () => {
    const { runtime, workload, close } = await make()
    const asked = await workload('one', '')
    const start = runtime.start({ ...asked, args: ['/no/such/program'] })
    await expect(start).rejects.toMatchObject({ code: 'runtime', message: expect.stringContaining('/no/such/program') })
    await runtime.stop('one')
    await close()
  })

  it('counts as ended when its supervisor was killed, and starts anew only once it is gone', async () => {
    const { runtime, workload, folder, close } = await make()
    const forEver = 'trap : TERM; while :; do sleep 0.1; done'
    await runtime.start(await workload('one', forEver))
    const supervisor = Number(await readFile(join(folder, 'run/one/supervisor'), 'utf8'))
    const [before] = await runtime.list()
    process.kill(supervisor, 'SIGKILL')
    expect(await until(() => exitOf(runtime))).toMatchObject({ code: null })
    await runtime.start(await workload('one', forEver))
    const [after] = await runtime.list()
    expect(after?.exit).toBeUndefined()
    await expect(readFile(`/proc/${before?.pid}/cmdline`, 'utf8')).rejects.toMatchObject({ code: 'ENOENT' })
    await runtime.stop('one')
    await close()
  })
}

/** Programs of this machine, with the libraries that they are linked with. */
async function withLibraries(layer: string, programs: readonly string[]): Promise<void> {
  const { stdout } = await processes.run({ command: 'ldd', args: [...programs] })
  const libraries = new Set([...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path))
  for (const path of [...programs.map((program) => program.replace('/usr', '')), ...libraries]) {
    await mkdir(join(layer, dirname(path)), { recursive: true })
    await cp(path, join(layer, path), { dereference: true })
  }
}

async function exitOf(runtime: Runtime): Promise<Exit | undefined> {
  return (await runtime.list())[0]?.exit
}
