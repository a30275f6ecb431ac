import type { InstallationSet } from '@windlass/model'
import { createLog, type Log, MemoryLog } from '@windlass/platform'
import { FakeClock, FakeFiles, FakeHttp, FakeProcesses, SeededRandom } from '@windlass/platform/fakes'
import { httpFetcher } from './adapters/http-fetcher.ts'
import { polledServer } from './adapters/polled-server.ts'
import { makeAgent, type RunningAgent } from './agent.ts'
import type { JoinedUnit } from './commander/join-unit.ts'
import { silentServer } from './commander/silent-server.ts'
import { DownloadStore } from './download/store.ts'
import { FakeUpdateServer } from './fake-update-server.ts'
import { declaredHealth } from './health/until-healthy.ts'
import { FakeMounts } from './objects/fake-mounts.ts'
import { Hold } from './policy/hold.ts'
import { Link } from './policy/link.ts'
import { localPolicy } from './policy/local-policy.ts'
import { fileRecords } from './records.ts'
import { RuntimeSettings } from './runtime-settings.ts'
import type { Settings } from './settings.ts'
import { FakeSlots } from './slots/fake-slots.ts'
import type { Slots } from './slots/port.ts'
import { UntoldFailures } from './telemetry/untold.ts'
import type { StateName } from './update/diagram.ts'
import type { Ports } from './update/ports.ts'
import { RefusedPackages } from './update/refused.ts'
import { UpdateError } from './update-error.ts'
import { FakeWatchdog } from './watchdog/fake-watchdog.ts'
import { Guard } from './watchdog/guard.ts'

export const fakeServerAddress = 'http://fleet.test'
const productUid = '3f1c0e5b8a7d46922f1c0e5b8a7d46922f1c0e5b8a7d46922f1c0e5b8a7d4692'
const slotBytes = 64 * 1024
const longestLife = 30
const mostMoves = 400
const mostPanics = 5

export const fakeSettings: Settings = {
  serverAddress: fakeServerAddress,
  listenSocket: 'localhost:8080',
  listen: { host: '127.0.0.1', port: 8080 },
  apiSocket: null,
  readOnly: false,
  runtimeSettingsPath: '/data/state.conf',
  polling: { enabled: true, intervalMs: 3_600_000 },
  downloadFolder: '/data/download',
  installModes: ['raw', 'copy', 'tarball', 'test'],
  metadataFolder: '/usr/share/updatehub',
  strictProduct: false,
  pollJitterMs: 0,
  mostBytesPerSecond: null,
  watchFolder: null,
  callbackTimeoutMs: 60_000,
  rebootWaitMs: 300_000,
  bootControl: { kind: 'scripts' },
  policy: { windows: [], timeZone: 'UTC', holdFile: null },
  link: { metered: 'never', command: null, interfaces: [] },
  watchdog: null,
  unit: null,
  health: { commands: [], http: [], units: [], server: false, minimumUptimeMs: 0, withinMs: 60_000 },
}

/** An image whose first line is its version; what stands behind it is filler. */
export function fakeImage(version: string): Uint8Array {
  const image = new Uint8Array(slotBytes).fill(version.charCodeAt(0))
  image.set(new TextEncoder().encode(`${version}\n`))
  return image
}

/**
 * A device with a disk that loses what was not synced, two slots, a boot loader that falls back after two failed boots,
 * and the whole agent. It lives from boot to boot until `until` says so.
 */
export class FakeDevice {
  readonly clock = new FakeClock({ auto: true })
  readonly files: FakeFiles
  readonly server = new FakeUpdateServer()
  readonly http: FakeHttp
  readonly watchdog: FakeWatchdog
  /** What the agent was in, one name per move. */
  readonly states: StateName[] = []
  /** What callbacks were called with, and what became of the boot loader. */
  readonly events: string[] = []
  /** Versions whose validate callback says no, and those that do not even boot. */
  readonly sick = new Set<string>()
  readonly panics = new Set<string>()
  /** The agent dies right after this event, once; the system runs on. */
  crashesOn: string | undefined
  settings: Settings = fakeSettings
  /** Called when the new set is asked whether it is fit. */
  onValidate: (stop: AbortSignal) => void | Promise<void> = () => {}
  /** Called before `callback install`, `activate b`, `reboot` and the like are done, which fail where it throws. */
  onCommand: (command: string) => void = () => {}
  /** The boot loader says once that this failed, and did it all the same. */
  failsAfter: string | undefined
  /** States that the state-change callback cancels. */
  readonly cancelled = new Set<string>()
  /** Called at every move, with the state it leads to. */
  onMove: (to: StateName) => void = () => {}
  /** The unit that commands it; without one it stands alone. */
  unit: JoinedUnit | undefined
  agent: RunningAgent | undefined
  running: InstallationSet = 'a'
  readonly #bootLoader = new FakeSlots()
  #boots = 1
  #processes = 0
  #restart = false

  constructor(options: { seed?: number; capacity?: number } = {}) {
    this.files = new FakeFiles({ seed: 1, ...options })
    this.watchdog = new FakeWatchdog(this.clock, 60_000, () => this.#bitten())
    this.http = new FakeHttp({ [fakeServerAddress]: this.server.handler }, this.clock)
    this.files.addDevice('/dev/slot-a', slotBytes, fakeImage('1'))
    this.files.addDevice('/dev/slot-b', slotBytes, fakeImage('0'))
  }

  /** The version on a slot, or "mix" when it is no whole image. */
  versionOf(set: InstallationSet): string {
    const bytes = this.files.peek(`/dev/slot-${set}`)
    const version = new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(10)))
    return Buffer.compare(bytes, fakeImage(version)) === 0 ? version : 'mix'
  }

  /** The set that starts next. */
  get next(): InstallationSet {
    return this.#bootLoader.chosen
  }

  get version(): string {
    return this.versionOf(this.running)
  }

  /** Runs the agent, through restarts and power cuts, until the device is idle and `until` holds. */
  async live(until: () => boolean): Promise<void> {
    for (let lives = 0; lives < longestLife; lives++) {
      const quit = new AbortController()
      const ended = await this.#process(quit, until)
      if (ended === 'content') return
      if (this.states.length > mostMoves) break
      if (!this.files.powered) this.files.crash()
      if (this.#restart || ended === 'power cut') this.#bootUp()
    }
    throw new Error(`not content after ${longestLife} lives: ${this.states.slice(-12).join(' ')}`)
  }

  /** What the local API of the running agent shows and commands. */
  api(): Pick<Ports, 'settings' | 'runtime' | 'firmware' | 'hold' | 'link'> & RunningAgent {
    if (!this.agent || !this.#live) throw new Error('the agent does not run')
    return { ...this.agent, ...this.#live }
  }

  /** Lets `live` end, wherever the agent is. */
  rest(): void {
    this.#quit?.abort('content')
  }

  /** The agent dies, and is started again; the system runs on. */
  crash(): void {
    this.#quit?.abort('the agent crashed')
  }

  /** The power goes now. */
  cutPower(): void {
    this.files.cutPowerAfter(0, () => {})
    this.#quit?.abort('power cut')
  }

  /** The power goes right after the n-th change of the disk from now. */
  cutPowerAfter(changes: number, onCut: () => void = () => {}): void {
    this.files.cutPowerAfter(changes, () => {
      onCut()
      this.#quit?.abort()
    })
  }

  #quit: AbortController | undefined
  #live: Ports | undefined

  async #process(quit: AbortController, until: () => boolean): Promise<'content' | 'restart' | 'power cut'> {
    this.#quit = quit
    this.#restart = false
    this.#processes++
    const memory = new MemoryLog()
    memory.start()
    let registered: Promise<void> | undefined
    try {
      const ports = await this.#ports(
        memory,
        createLog([memory.sink], () => this.clock.now()),
        quit,
      )
      this.#live = ports
      this.agent = makeAgent(ports, memory)
      this.agent.runner.watch((news) => {
        if (news.kind !== 'moved') return
        this.states.push(news.to.at)
        this.onMove(news.to.at)
        if (this.states.length > mostMoves) quit.abort('too many moves')
        if ((news.to.at === 'poll' || news.to.at === 'park') && until()) quit.abort('content')
      })
      await this.unit?.command(this.agent.runner, ports, quit.signal)
      registered = this.unit?.serve(quit.signal)
      await this.agent.runner.run(quit.signal)
    } catch (error) {
      if (this.files.powered) throw error
    } finally {
      quit.abort()
      await registered
      await this.#live?.guard.leave()
    }
    if (quit.signal.reason === 'content') return 'content'
    return this.files.powered ? 'restart' : 'power cut'
  }

  #bitten(): void {
    this.events.push('watchdog bites')
    this.#restart = true
    this.#quit?.abort('restart')
  }

  #bootUp(): void {
    this.#boots++
    this.watchdog.reset()
    const chosen = this.#bootLoader.chosen
    const fit = (set: InstallationSet) => this.versionOf(set) !== 'mix' && !this.panics.has(this.versionOf(set))
    this.running = this.#bootLoader.boot()
    for (let panics = 0; panics < mostPanics && !fit(this.running); panics++) this.running = this.#bootLoader.boot()
    if (this.running !== chosen) this.events.push(`fell back to ${this.running}`)
  }

  #slots(quit: AbortController): Slots {
    const happened = (event: string) => {
      this.events.push(event)
      if (event === this.crashesOn) quit.abort('the agent crashed')
      if (event === this.crashesOn) this.crashesOn = undefined
      if (event !== this.failsAfter) return
      this.failsAfter = undefined
      throw new UpdateError('slots_failed', 'the folder cannot be synced')
    }
    return {
      active: () => this.#bootLoader.active(),
      activate: async (set) => {
        this.onCommand(`activate ${set}`)
        await this.#bootLoader.activate(set)
        happened(`activate ${set}`)
      },
      validated: async () => {
        await this.#bootLoader.validated()
        happened('validated')
      },
    }
  }

  async #ports(memory: MemoryLog, log: Log, quit: AbortController): Promise<Ports> {
    const { clock, files, http, settings } = this
    const records = fileRecords(settings, files, log)
    const processes = new FakeProcesses({}, clock)
    const random = new SeededRandom(1)
    const hold = new Hold(records.hold, clock)
    const firmware = {
      productUid,
      version: this.version,
      hardware: 'gw-mk2',
      identity: { serial: 'A1' },
      attributes: {},
      publicKey: (await files.facts('/key.pub')) ? '/key.pub' : null,
    }
    const parts = { http, files, clock, random, log }
    const fetcher = httpFetcher(parts, settings.downloadFolder, settings.mostBytesPerSecond)
    return {
      clock,
      random,
      log,
      files,
      settings,
      journal: records.machine,
      trial: records.trial,
      refused: new RefusedPackages(records.refused),
      untold: new UntoldFailures(records.untold),
      runtime: await RuntimeSettings.load(records.runtime, {
        path: settings.runtimeSettingsPath,
        persistent: !settings.readOnly,
      }),
      firmware,
      callbacks: {
        stateChange: async (state) => {
          this.events.push(`callback ${state}`)
          this.onCommand(`callback ${state}`)
          return this.cancelled.has(state) ? 'cancel' : 'go'
        },
        validate: async (stop) => {
          this.events.push('validate')
          await this.onValidate(stop)
          if (this.sick.has(this.version)) throw new UpdateError('validate_failed', 'the service does not answer')
        },
        rollback: async () => void this.events.push('rollback'),
      },
      health: declaredHealth(settings.health, { clock, http, processes }),
      slots: this.#slots(quit),
      host: {
        life: { boot: `boot-${this.#boots}`, process: `process-${this.#processes}` },
        reboot: async () => {
          this.onCommand('reboot')
          this.events.push('reboot')
          this.#restart = true
          setImmediate(() => quit.abort('restart'))
        },
      },
      server: this.unit ? silentServer : polledServer(http, clock, `boot-${this.#boots}`),
      commander:
        (await this.unit?.open({ clock, files, log, fetcher, firmware, records })) ??
        localPolicy(settings.policy, { clock, files, hold }),
      hold,
      guard: new Guard(this.watchdog, { clock, log }),
      link: new Link(settings.link, { files, processes, log, leave: records.leave }),
      store: new DownloadStore(files, settings.downloadFolder),
      fetcher,
      objects: { files, processes, log, mounts: new FakeMounts(), scratch: '/run/windlass' },
      currentLog: () => memory.toText(),
    }
  }
}
