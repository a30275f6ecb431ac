import { compareVersions } from '@windlass/model'
import type { ConfigStatus, UnitConfig } from '@windlass/model/unit'
import { errorInfo } from '@windlass/model/unit'
import { checkedText, type Files, withChecksum } from '@windlass/platform'
import { decodeUnitConfig, encodeUnitConfig } from '@windlass/wire/aoscore-cloud'
import { UnitError } from '../unit-error.ts'

const mostBytes = 4 * 1024 * 1024

type Content = { state: 'absent' } | { state: 'installed'; config: UnitConfig } | { state: 'failed'; why: string }

/**
 * The unit's configuration on disk, `aos_unit.cfg` (aoscore.md 5.8) and its copy, `aos_unit.cfg.copy`: readable by the owner only.
 * Nodes are what it says they are, so that services would lose their places with it: what the disk does not give of the first is
 * read from the copy. Power that goes between the two writes leaves the copy one version behind, which counts only then.
 */
export class UnitConfigFile {
  readonly #files: Files
  readonly #path: string
  #content: Content

  private constructor(files: Files, path: string, content: Content) {
    this.#files = files
    this.#path = path
    this.#content = content
  }

  static async open(files: Files, path: string): Promise<UnitConfigFile> {
    return new UnitConfigFile(files, path, await read(files, path))
  }

  get config(): UnitConfig | undefined {
    return this.#content.state === 'installed' ? this.#content.config : undefined
  }

  status(): ConfigStatus {
    const content = this.#content
    if (content.state === 'absent') return { version: '0.0.0', state: 'absent' }
    if (content.state === 'installed') return { version: content.config.version, state: 'installed' }
    return { version: '0.0.0', state: 'failed', error: errorInfo('failed', content.why) }
  }

  /**
   * Whether there is anything to do: the same version is in force already, and counts as done. A broken file may be
   * replaced by any version. @throws UnitError `config_refused` for an older version, or what is none
   */
  isNewer({ version }: UnitConfig): boolean {
    const order = compareVersions(version, this.config?.version ?? '0.0.0')
    if (order === undefined) throw new UnitError('config_refused', `expected a SemVer version, got ${version}`)
    if (!this.config) return true
    if (order < 0)
      throw new UnitError('config_refused', `wrong version: expected above ${this.config.version}, got ${version}`)
    return order > 0
  }

  /** Replaces what is there; undefined removes it. */
  async set(config: UnitConfig | undefined): Promise<void> {
    for (const path of [this.#path, copyOf(this.#path)]) {
      if (config) {
        await this.#files.replace(path, withChecksum(JSON.stringify(encodeUnitConfig(config), undefined, 2)))
        await this.#files.setMode(path, 0o600)
      } else {
        await this.#files.remove(path)
      }
    }
    this.#content = config ? { state: 'installed', config } : { state: 'absent' }
  }
}

async function read(files: Files, path: string): Promise<Content> {
  if (!(await files.facts(path))) return { state: 'absent' }
  const first = await readOne(files, path)
  if (first.state === 'installed') return first
  const copy = await readOne(files, copyOf(path))
  return copy.state === 'installed' ? copy : first
}

async function readOne(files: Files, path: string): Promise<Content> {
  try {
    const text = checkedText(await files.readFile(path, mostBytes))
    return { state: 'installed', config: decodeUnitConfig(JSON.parse(text)) }
  } catch (error) {
    return { state: 'failed', why: `${path}: ${error instanceof Error ? error.message : String(error)}` }
  }
}

function copyOf(path: string): string {
  return `${path}.copy`
}
