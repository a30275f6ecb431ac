import { compareVersions } from '@windlass/model'
import { type AlertRules, type ConfigStatus, errorInfo } from '@windlass/model/unit'
import { checkedText, type Files, withChecksum } from '@windlass/platform'
import { decodeNodeConfig } from '@windlass/wire/aoscore-cloud'
import { errorInfoOf, ServicesError } from '../services-error.ts'

const absentVersion = '0.0.0'
const mostBytes = 1024 * 1024

type Held =
  | { state: 'absent' }
  | { state: 'installed'; version: string; rules?: AlertRules }
  | { state: 'failed'; why: unknown }

/** This node's part of the unit's configuration, in a file of its own (aoscore.md 5.8). */
export class NodeConfigFile {
  readonly #files: Files
  readonly #path: string
  #held: Held = { state: 'absent' }

  constructor(files: Files, path: string) {
    this.#files = files
    this.#path = path
  }

  /** To be called once, first. A file that cannot be read is told as such and replaced by the next configuration. */
  async load(): Promise<void> {
    try {
      if (!(await this.#files.facts(this.#path))) return
      const text = checkedText(await this.#files.readFile(this.#path, mostBytes))
      this.#held = heldOf(text)
    } catch (why) {
      this.#held = { state: 'failed', why }
    }
  }

  status(): ConfigStatus {
    if (this.#held.state === 'installed') return { version: this.#held.version, state: 'installed' }
    const nothing = { version: absentVersion, state: this.#held.state }
    return this.#held.state === 'failed' ? { ...nothing, error: errorInfoOf(this.#held.why) } : nothing
  }

  alertRules(): AlertRules | undefined {
    return this.#held.state === 'installed' ? this.#held.rules : undefined
  }

  /** What would come of setting it: the same version is installed already (L26), a lower one is refused (L25, L27). */
  check(config: string, version: string): ConfigStatus {
    try {
      this.#refuseOlder(version)
    } catch (error) {
      return { version, state: 'failed', error: errorInfoOf(error) }
    }
    return readable(config, version)
  }

  /** Puts it in force; it is on disk when this returns. An older one comes back when an update is taken back. */
  async set(config: string, version: string): Promise<ConfigStatus> {
    const verdict = readable(config, version)
    if (verdict.state === 'failed') return verdict
    const text = JSON.stringify({ version, config })
    try {
      await this.#files.replace(this.#path, withChecksum(text))
      this.#held = heldOf(text)
      return verdict
    } catch (error) {
      return {
        version,
        state: 'failed',
        error: errorInfo('failed', `the configuration was not saved: ${String(error)}`),
      }
    }
  }

  #refuseOlder(version: string): void {
    const current = this.#held.state === 'installed' ? this.#held.version : absentVersion
    if ((compareVersions(version, current) ?? 0) < 0)
      throw new ServicesError('refused', `wrong version: ${version} is older than ${current}`)
  }
}

/** Whether it says anything at all, of whatever version. */
function readable(config: string, version: string): ConfigStatus {
  try {
    rulesOf(config)
    if (compareVersions(version, version) === undefined)
      throw new ServicesError('invalid', `version: expected three numbers, got "${version}"`)
    return { version, state: 'installed' }
  } catch (error) {
    return { version, state: 'failed', error: errorInfoOf(error) }
  }
}

function heldOf(text: string): Held {
  const value: unknown = JSON.parse(text)
  const { version, config } = typeof value === 'object' && value ? (value as Record<string, unknown>) : {}
  if (typeof version !== 'string' || typeof config !== 'string') {
    throw new ServicesError('invalid', 'node configuration: expected a version and a configuration')
  }
  return { state: 'installed', version, ...rulesOf(config) }
}

function rulesOf(config: string): { rules?: AlertRules } {
  try {
    const { alertRules } = decodeNodeConfig(JSON.parse(config))
    return alertRules ? { rules: alertRules } : {}
  } catch (cause) {
    throw new ServicesError('invalid', `node configuration: ${String(cause)}`, { cause })
  }
}
