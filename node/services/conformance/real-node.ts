import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { chown, cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path/posix'
import type { InstanceOrder } from '@windlass/model/unit'
import { fragmentOf, type Listening, listen, nodeProcesses } from '@windlass/platform'
import { grpc } from '@windlass/platform/grpc'
import type { ImageConfig, ItemConfig } from '@windlass/wire/oci'
import { instanceId, runtimeId } from '../instances/ids.ts'
import { instanceOrder } from '../instances/sample-instances.ts'
import { until } from '../runtime/until.ts'
import { FakeUnit } from './fake-unit.ts'

const nobody = 65_534
/** Where these tests run without the sources beside them, the environment says. */
const door = process.env['WINDLASS_DOOR'] ?? join(import.meta.dirname, '../../../bin/windlass')

/** The service manager as a process of its own, on this machine, with a unit beside it. For tests. */
export class RealNode implements AsyncDisposable {
  readonly folder: string
  readonly unit: FakeUnit
  readonly #type: string
  readonly #user: 'root' | 'nobody'
  readonly #layer: Buffer
  readonly #blobs: Listening
  readonly #unitPort: number
  #process: ChildProcess | undefined
  #said = ''

  private constructor(
    { type, user, folder }: { type: string; user: 'root' | 'nobody'; folder: string },
    unit: FakeUnit,
    layer: Buffer,
    blobs: Listening,
    unitPort: number,
  ) {
    this.#type = type
    this.#user = user
    this.folder = folder
    this.unit = unit
    this.#layer = layer
    this.#blobs = blobs
    this.#unitPort = unitPort
  }

  /** A node with one runtime, whose service manager is not started yet. As root, or as `nobody`. `within`: where its folder is made. */
  static async make(
    type: 'crun' | 'runc' | 'process',
    user: 'root' | 'nobody' = 'root',
    { within = tmpdir(), settings = {} }: { within?: string; settings?: Readonly<Record<string, unknown>> } = {},
  ): Promise<RealNode> {
    const folder = await mkdtemp(join(within, 'node-'))
    if (user === 'nobody') await chown(folder, nobody, nobody)
    const blobs = await listen((request, stop) => unit.images.serve(request, stop), { host: '127.0.0.1', port: 0 })
    const unit = new FakeUnit(`http://127.0.0.1:${blobs.port}`)
    const port = await unit.listen(grpc, '127.0.0.1:0')
    const node = new RealNode({ type, user, folder }, unit, await busyboxLayer(folder), blobs, port)
    await node.#writeSettings(settings)
    return node
  }

  async start(): Promise<void> {
    const before = this.unit.registrations
    const args = ['services', '--settings', join(this.folder, 'sm.cfg')]
    const ids = this.#user === 'root' ? {} : { uid: nobody, gid: nobody }
    const child = spawn(door, args, { stdio: 'pipe', ...ids })
    const hear = (piece: Buffer) => (this.#said += piece.toString())
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    this.#process = child
    await until(async () => this.unit.registrations > before || undefined)
  }

  /** kill -9 of the manager and of nothing else. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  /** An order for an instance that runs a shell script of busybox. */
  service(
    itemId: string,
    script: string,
    item: Partial<ItemConfig> = {},
    image: Partial<ImageConfig> = {},
  ): InstanceOrder {
    const config = { entrypoint: ['/bin/sh', '-c'], cmd: [script], ...image }
    const manifestDigest = this.unit.images.add([{ bytes: this.#layer }], config, item)
    return instanceOrder(itemId, { manifestDigest, runtimeId: runtimeId(this.#type, 'node-a') })
  }

  async reaches(itemId: string, state: string): Promise<void> {
    await until(async () => this.unit.state(itemId) === state || undefined).catch((cause: unknown) => {
      throw new Error(`expected ${itemId} to become ${state}, got ${this.unit.state(itemId)}; ${this.#said}`, { cause })
    })
  }

  /** What the service manager logged so far. */
  said(): string {
    return this.#said
  }

  /** What the instance wrote so far. */
  log(order: InstanceOrder): string {
    return readFileSync(join(this.folder, 'logs', `${instanceId(order.ident)}.log`), 'utf8')
  }

  /** Host numbers of processes whose command line has this in it, besides supervisors. */
  async processes(mark: string): Promise<number[]> {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
    const isMeant = (pid: number) => {
      const [program = '', option, script = ''] = commandOf(pid).split('\0')
      return program.endsWith('/bin/sh') && option === '-c' && script.includes(mark)
    }
    const meant = new Set(pids.filter(isMeant))
    // A shell that is about to run a program looks like two for a moment.
    return [...meant].filter((pid) => !meant.has(parentOf(pid)))
  }

  /** Waits until the one process with the mark is there: a service is active a moment before its own program runs. */
  async runs(name: string): Promise<number> {
    return until(async () => {
      const [pid, ...more] = await this.processes(this.mark(name))
      return more.length === 0 ? pid : undefined
    })
  }

  /** Tells this node's processes from those of another. */
  mark(name: string): string {
    return `${name}-${basename(this.folder)}`
  }

  /** Ends the services as well. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#process) await this.start()
    this.unit.order()
    await until(async () => ((await this.#runs()).length === 0 ? true : undefined))
    await this.stop()
    await this.unit.close()
    await this.#blobs.close()
    await rm(this.folder, { recursive: true, force: true })
  }

  async #runs(): Promise<string[]> {
    const names = await readdir(join(this.folder, 'run', this.#type)).catch(() => [])
    return names.filter((name) => !name.startsWith('.'))
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (!child || child.exitCode !== null) return
    const over = once(child, 'exit')
    child.kill(signal)
    await over
  }

  async #writeSettings(more: Readonly<Record<string, unknown>>): Promise<void> {
    const settings = {
      cmServerUrl: `127.0.0.1:${this.#unitPort}`,
      cmReconnectTimeout: '1s',
      workingDir: this.folder,
      resourcesConfigFile: join(this.folder, 'resources.cfg'),
      runtimes: [{ plugin: 'container', type: this.#type }],
      'windlass.nodeId': 'node-a',
      'windlass.runDir': join(this.folder, 'run'),
      'windlass.stopGrace': '2s',
      ...more,
    }
    await writeFile(join(this.folder, 'sm.cfg'), JSON.stringify(fragmentOf('the test', settings).values))
  }
}

/** A tar archive with a shell and what scripts need. */
async function busyboxLayer(folder: string): Promise<Buffer> {
  const root = join(folder, 'rootfs')
  await mkdir(join(root, 'bin'), { recursive: true })
  await cp('/bin/busybox', join(root, 'bin/busybox'))
  for (const applet of [
    'sh',
    'sleep',
    'cat',
    'echo',
    'env',
    'touch',
    'nc',
    'ls',
    'date',
    'wget',
    'ip',
    'rm',
    'dd',
    'wc',
    'id',
  ]) {
    await symlink('busybox', join(root, 'bin', applet))
  }
  const args = ['--create', '--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--directory', root, '.']
  const pieces = await Array.fromAsync(nodeProcesses().stream({ command: 'tar', args }))
  const layer = Buffer.concat(pieces)
  return layer
}

function parentOf(pid: number): number {
  try {
    return Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  } catch {
    return 0
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
