import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path/posix'
import type { Attachment, Named } from './attachment.ts'

/** Who is attached, and who is known elsewhere in the unit: in a folder that only one process changes, read once. */
export class Attachments {
  readonly #folder: string
  #known: Promise<Map<string, Attachment>> | undefined
  #elsewhere: Promise<readonly Named[]> | undefined

  constructor(folder: string) {
    this.#folder = folder
  }

  async all(): Promise<Attachment[]> {
    return [...(await this.#all()).values()]
  }

  async save(attachment: Attachment): Promise<void> {
    const { id } = attachment.wants
    const all = await this.#all()
    await writeFile(join(this.#folder, `${id}.json`), JSON.stringify(attachment))
    all.set(id, attachment)
  }

  async forget(id: string): Promise<void> {
    await rm(join(this.#folder, `${id}.json`), { force: true })
    ;(await this.#all()).delete(id)
  }

  /** Whom the unit named last; nobody where it never did. */
  elsewhere(): Promise<readonly Named[]> {
    this.#elsewhere ??= readFile(this.#elsewherePath, 'utf8').then(
      (text) => JSON.parse(text) as Named[],
      () => [],
    )
    return this.#elsewhere
  }

  async know(elsewhere: readonly Named[]): Promise<void> {
    await writeFile(this.#elsewherePath, JSON.stringify(elsewhere))
    this.#elsewhere = Promise.resolve(elsewhere)
  }

  get #elsewherePath(): string {
    return join(this.#folder, 'elsewhere')
  }

  #all(): Promise<Map<string, Attachment>> {
    this.#known ??= this.#read()
    return this.#known
  }

  async #read(): Promise<Map<string, Attachment>> {
    await mkdir(this.#folder, { recursive: true, mode: 0o711 })
    const names = (await readdir(this.#folder)).filter((name) => name.endsWith('.json'))
    const texts = await Promise.all(names.map((name) => readFile(join(this.#folder, name), 'utf8')))
    return new Map(texts.flatMap((text) => readAttachment(text) ?? []).map((one) => [one.wants.id, one]))
  }
}

/** Half of one, of a machine that was switched off, counts as none. */
function readAttachment(text: string): Attachment | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isAttachment(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isAttachment(value: unknown): value is Attachment {
  return typeof value === 'object' && value !== null && 'wants' in value && 'segment' in value && 'ip' in value
}
