import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Files, Log, Processes } from '@windlass/platform'
import type { Watchdog } from './port.ts'

/** `device`: its path, or `auto` for the kernel's first where there is one. `timeMs`: what the hardware is asked for; it may have its own mind. */
export interface WatchdogSettings {
  device: string
  timeMs: number
}

interface Means {
  files: Files
  processes: Processes
  log: Log
}

/** The kernel's first one, whatever drives it. */
const first = '/dev/watchdog'

/** The watchdog of the settings; null where they want none, or `auto` finds none. */
export async function watchdogOf(settings: WatchdogSettings | null, means: Means): Promise<DeviceWatchdog | null> {
  if (!settings) return null
  const device = settings.device === 'auto' ? first : settings.device
  if (settings.device === 'auto' && !(await means.files.facts(first))) return null
  return new DeviceWatchdog({ ...settings, device }, means)
}

const wdctlTimeoutMs = 10_000
const food = Buffer.from('.')
/** A close after this byte stops the timer, any other close leaves it running. */
const magic = Buffer.from('V')

/**
 * A watchdog of the kernel (Documentation/watchdog/watchdog-api.rst): opening starts it, any byte feeds it. Its time is set
 * by `wdctl`, where that is installed, for Node has no ioctl, and read back from sysfs.
 */
export class DeviceWatchdog implements Watchdog {
  readonly #settings: WatchdogSettings
  readonly #means: Means
  #open: { device: FileHandle; timeMs: number } | undefined

  constructor(settings: WatchdogSettings, means: Means) {
    this.#settings = settings
    this.#means = means
  }

  async arm(): Promise<number> {
    if (this.#open) {
      await this.feed()
      return this.#open.timeMs
    }
    await this.#setTime()
    // Not through the disk port, which writes at offsets: the device has none.
    const device = await open(this.#settings.device, constants.O_WRONLY | constants.O_APPEND)
    this.#open = { device, timeMs: await this.#time() }
    await this.feed()
    return this.#open.timeMs
  }

  async feed(): Promise<void> {
    await this.#open?.device.write(food)
  }

  async disarm(): Promise<void> {
    const { device } = this.#open ?? {}
    if (!device) return
    this.#open = undefined
    try {
      await device.write(magic)
    } finally {
      await device.close()
    }
  }

  /** Before it is opened: there is one door, and wdctl wants to go through it. */
  async #setTime(): Promise<void> {
    const { device, timeMs } = this.#settings
    const args = ['--settimeout', String(Math.round(timeMs / 1000)), device]
    const ended = await this.#means.processes
      .run({ command: 'wdctl', args, timeoutMs: wdctlTimeoutMs })
      .catch((error: unknown) => ({ code: null, stderr: String(error) }))
    if (ended.code !== 0) this.#means.log.info('watchdog keeps its own time', { why: ended.stderr.trim() })
  }

  /** What the hardware made of it. `/dev/watchdog` is the first one by another name. */
  async #time(): Promise<number> {
    const { device, timeMs } = this.#settings
    const name = basename(device) === 'watchdog' ? 'watchdog0' : basename(device)
    const text = await this.#means.files.readFile(`/sys/class/watchdog/${name}/timeout`, 64).catch(() => undefined)
    const seconds = text ? Number(new TextDecoder().decode(text).trim()) : Number.NaN
    return seconds > 0 ? seconds * 1000 : timeMs
  }
}
