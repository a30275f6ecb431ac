import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { LocalApi } from './local-api.ts'
import { MockUpdateHub } from './mock-update-hub.ts'
import { productUid, type Release } from './release.ts'
import { until } from './until.ts'

/** What a test may want otherwise than in updatehub.md 9. */
export interface Wishes {
  polling?: boolean
  interval?: string
  readOnly?: boolean
  modes?: string[]
  /** Of the server; default: the mock's. */
  server?: string
  /** Lines of the section `[windlass]`. */
  windlass?: string
  /** The runtime settings found at start. */
  runtime?: object | string
}

/** A document of updatehub.md 4.2 as the agent writes it. */
export interface Runtime {
  polling: { last: string; retries: number; now: boolean; server_address: 'default' | { custom: string } }
  update: { upgrade_to_installation?: string; applied_package_uid?: string }
  path: string
  persistent: boolean
}

type Line = Record<string, unknown> & { text: string }
const root = join(import.meta.dirname, '../../..')
const windlass = join(root, 'bin/windlass')
const { NODE_OPTIONS: _, ...inherited } = process.env
// Halves the time of a start: there are more than a hundred.
const environment = { ...inherited, NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/windlass-conformance') }
// Killed agents leave nothing in the cache; this one ends by itself.
const warm = promisify(execFile)(process.execPath, [windlass, 'agent', '--help'], { env: environment })

/**
 * A device in a folder (updatehub.md, Appendix B): hooks and system programs as shell scripts, a server on the loopback,
 * and the agent as a process of its own. Every call of a program is written down; each can be held up.
 */
export class Device implements AsyncDisposable {
  readonly server: MockUpdateHub
  readonly folder: string
  readonly api: LocalApi
  /** All moves between states, over all starts, as `from event to`. */
  readonly moves: string[] = []
  readonly output: string[] = []
  /** What the next agent is started by, such as strace, with its options. It must leave the agent as our own child. */
  under: readonly string[] = []
  readonly #port: number
  #agent: ChildProcess | undefined

  private constructor(folder: string, server: MockUpdateHub, port: number) {
    this.folder = folder
    this.server = server
    this.#port = port
    this.api = new LocalApi(port)
  }

  static async make(wishes: Wishes = {}): Promise<Device> {
    await warm
    const folder = await mkdtemp(join(tmpdir(), 'windlass-conformance-'))
    const device = new Device(folder, await MockUpdateHub.start(), await freePort())
    await device.#furnish(wishes)
    return device
  }

  /** Made and started; without polling, already parked. */
  static async started(wishes: Wishes = {}): Promise<Device> {
    await using undo = new AsyncDisposableStack()
    const device = undo.use(await Device.make(wishes))
    await device.start()
    if (!wishes.polling) await device.reaches('park')
    undo.move()
    return device
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  async write(name: string, content: string | Buffer): Promise<string> {
    await mkdir(dirname(this.path(name)), { recursive: true })
    await writeFile(this.path(name), content)
    return this.path(name)
  }

  read(name: string): Buffer {
    return readFileSync(this.path(name))
  }

  has(name: string): boolean {
    return existsSync(this.path(name))
  }

  async remove(name: string): Promise<void> {
    await rm(this.path(name), { recursive: true })
  }

  /** A hook, which only says something. */
  async hook(name: string, script: string): Promise<void> {
    await this.#executable(`meta/${name}`, script)
  }

  /** A callback (`meta/…`) or system program (`bin/…`): its calls are written down and can be held. */
  async program(path: string, script = ''): Promise<void> {
    const name = path.slice(path.indexOf('/') + 1)
    const held = `hold/${name}${path.endsWith('state-change-callback') ? '-$1' : ''}`
    const wait = `while [ -e "${held}" ]; do sleep 0.02; done`
    await this.#executable(path, `cd "${this.folder}" || exit 99\necho ${name} "$@" >> events\n${wait}\n${script}`)
  }

  /** Lets a program wait at its next call until `release` or the end of the test. */
  async hold(name: string): Promise<void> {
    await this.write(`hold/${name}`, '')
  }

  async release(name: string): Promise<void> {
    await rm(this.path(`hold/${name}`))
  }

  /** The calls of programs so far, with their arguments. */
  get events(): string[] {
    const path = this.path('events')
    return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : []
  }

  get runtime(): Runtime {
    return JSON.parse(this.read('data/state.conf').toString()) as Runtime
  }

  /** The agent's own record of where its machine is; empty while there is none. */
  get journal(): Record<string, unknown> {
    if (!existsSync(this.path('data/windlass/journal.json'))) return {}
    return (JSON.parse(this.read('data/windlass/journal.json').toString()) as { state: Record<string, unknown> }).state
  }

  /** Starts the agent and waits until its API listens. */
  async start(): Promise<void> {
    const listening = Promise.withResolvers<void>()
    const agent = this.#spawn()
    createInterface(agent.stdout ?? process.stdin).on('line', (text) => {
      this.output.push(text)
      const line = parsed(text)
      if (line.text === 'moved') this.moves.push(`${String(line['from'])} ${String(line['on'])} ${String(line['to'])}`)
      if (line.text === 'agent started') listening.resolve()
    })
    void once(agent, 'exit').then(() => listening.reject(new Error(`the agent ended\n${this.output.join('\n')}`)))
    await listening.promise
  }

  /** Starts an agent that is expected to end by itself. */
  async startInVain(): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const agent = this.#spawn()
    let [stdout, stderr] = ['', '']
    agent.stdout?.on('data', (piece) => (stdout += String(piece)))
    agent.stderr?.on('data', (piece) => (stderr += String(piece)))
    const [code] = (await once(agent, 'close')) as [number | null]
    return { code, stdout, stderr }
  }

  #spawn(): ChildProcess {
    const env = { ...environment, PATH: `${this.path('bin')}:${inherited['PATH']}` }
    const args = [windlass, 'agent', '--settings', this.path('updatehub.conf'), '--verbosity', 'debug']
    const [command = '', ...all] = [...this.under, process.execPath, ...args]
    const agent = spawn(command, all, { env, cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] })
    agent.stderr.on('data', (piece) => this.output.push(String(piece)))
    this.#agent = agent
    return agent
  }

  /** SIGTERM, as a service manager stops it. */
  async stop(): Promise<void> {
    const gone = this.#agent && once(this.#agent, 'exit')
    this.#agent?.kill('SIGTERM')
    await gone
  }

  /** kill -9, as a power cut would end it; what it started lives on as it may. */
  async kill(): Promise<void> {
    const agent = this.#agent
    if (!agent || agent.exitCode !== null || agent.signalCode !== null) return
    const gone = once(agent, 'exit')
    agent.kill('SIGKILL')
    await gone
  }

  /** Returns when the agent has ended by itself. */
  async dies(): Promise<void> {
    await this.until('its end', () => !this.alive)
  }

  get alive(): boolean {
    return this.#agent?.exitCode === null && this.#agent.signalCode === null
  }

  /** Waits until the condition holds; tells what the device did when it never does. */
  until<T>(what: string, look: () => T | Promise<T>): Promise<NonNullable<T>> {
    return until(what, look, () => [...this.events, ...this.server.lines, ...this.output.slice(-40)].join('\n'))
  }

  /** Waits until the agent came into `state`, after what `act` did where that is given. */
  async reaches(state: string, act?: () => Promise<unknown>): Promise<void> {
    const before = act === undefined ? 0 : this.moves.length
    await act?.()
    await this.until(`state ${state}`, () => this.moves.slice(before).some((move) => move.endsWith(` ${state}`)))
  }

  /** Waits for these moves, in this order, over all starts. */
  async moved(...arrows: string[]): Promise<void> {
    await this.until(`moves ${arrows.join(', ')}`, () => {
      const left = [...arrows]
      for (const move of this.moves) if (move === left[0]) left.shift()
      return left.length === 0
    })
  }

  /** Waits until a program was called. */
  called(event: string, times = 1): Promise<boolean> {
    return this.until(`${times} × ${event}`, () => this.events.filter((one) => one === event).length >= times)
  }

  /** Waits for a request. */
  asked(line: string, times = 1): Promise<boolean> {
    return this.until(`${times} × ${line}`, () => this.server.all(line).length >= times)
  }

  /** Offers the package, asks the agent to probe, and waits for the restart it orders. */
  async update(offer: Release): Promise<void> {
    this.server.offer = offer
    await this.api.post('/probe')
    await this.asked('report rebooting', 2)
  }

  /** Lets the agent install a file that it must refuse. @returns why it did */
  async refuses(path: string): Promise<{ code: string; why: string; state: string }> {
    await this.reaches('park', () => this.api.post('/local_install', { file: path }))
    const { json } = await this.api.get('/log')
    const { entries } = json as { entries: { message: string; data: { code: string; why: string; state: string } }[] }
    const entry = entries.find(({ message }) => message === 'update failed')
    return entry?.data ?? { code: 'not refused', why: '', state: '' }
  }

  /** What the server was told of a failure. */
  get troubles(): Record<string, unknown>[] {
    return this.server.all('report error').map(({ body }) => body)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    this.server.stop()
    await rm(this.folder, { recursive: true, maxRetries: 5, retryDelay: 50 })
  }

  async #furnish(wishes: Wishes): Promise<void> {
    await this.write('updatehub.conf', this.settings(wishes))
    if (wishes.runtime !== undefined) {
      const { runtime } = wishes
      await this.write('data/state.conf', typeof runtime === 'string' ? runtime : JSON.stringify(runtime))
    }
    await this.write('active', '0')
    await this.hook('product-uid', `echo ${productUid}`)
    await this.hook('version', 'echo 3.0')
    await this.hook('hardware', 'echo gw-mk2')
    await this.hook('device-identity.d/serial', 'echo serial=A1')
    await this.hook('device-attributes.d/kernel', 'echo kernel=6.6.9')
    await this.#executable('bin/updatehub-active-get', `cat "${this.path('active')}"`)
    await this.program('bin/updatehub-active-set', 'printf %s "$1" > active')
    await this.program('bin/updatehub-active-validated')
    await this.program('bin/reboot')
  }

  settings(wishes: Wishes): string {
    const { polling = false, interval = '1d', readOnly = false, modes = ['test', 'raw', 'copy', 'tarball'] } = wishes
    return `[network]
server_address = "${wishes.server ?? this.server.url}"
listen_socket = "localhost:${this.#port}"

[storage]
read_only = ${readOnly}
runtime_settings = "${this.path('data/state.conf')}"

[polling]
enabled = ${polling}
interval = "${interval}"

[update]
download_dir = "${this.path('download')}"
supported_install_modes = ${JSON.stringify(modes)}

[firmware]
metadata = "${this.path('meta')}"

[windlass]
api.socket = "${this.path('agent.sock')}"
${wishes.windlass ?? ''}
`
  }

  async #executable(path: string, script: string): Promise<void> {
    await chmod(await this.write(path, `#!/bin/sh\n${script}\n`), 0o755)
  }
}

/** A document of updatehub.md 4.2 with these things otherwise. */
export function runtimeWith(
  polling: Partial<Runtime['polling']>,
  update: Runtime['update'] = {},
): Omit<Runtime, 'path'> & { path: string } {
  const never = { last: '1970-01-01T00:00:00Z', retries: 0, now: false, server_address: 'default' as const }
  return { polling: { ...never, ...polling }, update, path: '', persistent: true }
}

function parsed(text: string): Line {
  try {
    return JSON.parse(text) as Line
  } catch {
    return { text }
  }
}

/** A port below those that connections are given, so that nobody gets it by chance. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000)
    const server = createServer()
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
    await new Promise((resolve) => server.close(resolve))
    if (free) return port
  }
}
