import { mkdir, open, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path/posix'
import type { LogSpan } from '@windlass/model/unit'
import { type Clock, isDiskError } from '@windlass/platform'

/** At `at` (ms since 1970) the log was `size` bytes long. */
interface Mark {
  at: number
  size: number
}

export interface LogLimits {
  /** Of one log, and as much again of its elder half. */
  maxBytes: number
  /** Logs of instances that are gone are removed after this. */
  keepMs: number
}

export const defaultLogLimits: LogLimits = { maxBytes: 1024 * 1024, keepMs: 30 * 24 * 3_600_000 }

const mostMarks = 10_000
export const lookEveryMs = 1000

/** What services say. */
export interface ServiceLogs {
  /** Where an instance's output is to go; it can be written there. */
  path(id: string): Promise<string>
  /** To be called every `lookEveryMs`, with the ids of instances that are ordered: their logs stay, however quiet they are. */
  look(ordered: ReadonlySet<string>): Promise<void>
  /** What was said in that time, oldest first. */
  read(id: string, span: LogSpan): Promise<Uint8Array>
}

/**
 * What services said, as they wrote it: `<id>.log`, and `<id>.old` with what came before. Services write into the files themselves, so
 * nobody needs to be there. What the files lack, `look` adds: it notes now and then how long each was at what time, and
 * when one is full it becomes the old half. Times are therefore as fine as the looks are close, and a service that is quick may exceed
 * the limit by what it says between two of them.
 */
export class LogFolder implements ServiceLogs {
  readonly #folder: string
  readonly #limits: LogLimits
  readonly #clock: Clock
  readonly #marks = new Map<string, Mark[]>()

  constructor(folder: string, clock: Clock, limits: LogLimits = defaultLogLimits) {
    this.#folder = folder
    this.#limits = limits
    this.#clock = clock
  }

  async path(id: string): Promise<string> {
    await mkdir(this.#folder, { recursive: true })
    return this.#path(id)
  }

  async look(ordered: ReadonlySet<string>): Promise<void> {
    for (const name of await namesIn(this.#folder)) {
      const id = basename(name, '.log')
      if (name.endsWith('.log')) await this.#lookAt(id, ordered.has(id))
    }
  }

  async read(id: string, { fromMs, tillMs }: LogSpan): Promise<Uint8Array> {
    const old = await this.#section(`${id}.old`, await this.#marksOf(`${id}.old`), fromMs, tillMs)
    const recent = await this.#section(`${id}.log`, await this.#marksOf(`${id}.log`), fromMs, tillMs)
    return Buffer.concat([old, recent])
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.log`)
  }

  async #lookAt(id: string, isOrdered: boolean): Promise<void> {
    const name = `${id}.log`
    const { size, mtimeMs } = await stat(join(this.#folder, name))
    const marks = await this.#marksOf(name)
    if ((marks.at(-1)?.size ?? 0) !== size) await this.#mark(name, [...marks, { at: this.#clock.now(), size }])
    if (size > this.#limits.maxBytes) await this.#turn(id)
    // A service has its file open: what it said after that would be nowhere.
    if (!isOrdered && this.#clock.now() - mtimeMs > this.#limits.keepMs) await this.#remove(id)
  }

  /**
   * The service has its file open for appending: its content is copied and then cut off. What it writes in the moment between is
   * lost.
   */
  async #turn(id: string): Promise<void> {
    const [path, old] = [this.#path(id), join(this.#folder, `${id}.old`)]
    const size = await copyTail(path, `${old}.tmp`, this.#limits.maxBytes)
    await truncate(path, 0)
    await rename(`${old}.tmp`, old)
    const skipped = Math.max(0, size - this.#limits.maxBytes)
    const marks = (await this.#marksOf(`${id}.log`)).map((mark) => ({
      at: mark.at,
      size: Math.max(0, mark.size - skipped),
    }))
    await this.#mark(`${id}.old`, marks)
    await this.#mark(`${id}.log`, [])
  }

  async #remove(id: string): Promise<void> {
    for (const name of [`${id}.log`, `${id}.old`]) {
      await rm(join(this.#folder, name), { force: true })
      await rm(join(this.#folder, `${name}.marks`), { force: true })
      this.#marks.delete(name)
    }
  }

  async #section(name: string, marks: readonly Mark[], fromMs = 0, tillMs?: number): Promise<Uint8Array> {
    const whole = await orNothing(readFile(join(this.#folder, name)))
    if (!whole) return new Uint8Array()
    const from = marks.findLast(({ at }) => at < fromMs)?.size ?? 0
    const till =
      tillMs === undefined ? whole.length : (marks.findLast(({ at }) => at < tillMs + lookEveryMs)?.size ?? 0)
    return whole.subarray(from, Math.max(from, till))
  }

  async #marksOf(name: string): Promise<Mark[]> {
    const known = this.#marks.get(name)
    if (known) return known
    const text = (await orNothing(readFile(join(this.#folder, `${name}.marks`), 'utf8'))) ?? ''
    const rows = text.split('\n').map((line) => line.split(' ').map(Number))
    const marks = rows.flatMap(([at = Number.NaN, size = Number.NaN]) => (at + size > 0 ? [{ at, size }] : []))
    this.#marks.set(name, marks)
    return marks
  }

  async #mark(name: string, marks: Mark[]): Promise<void> {
    // Of very many, each second one will do.
    const kept = marks.length > mostMarks ? marks.filter((_, at) => at % 2 === 1) : marks
    this.#marks.set(name, kept)
    const text = kept.map(({ at, size }) => `${Math.round(at)} ${size}\n`).join('')
    await writeFile(join(this.#folder, `${name}.marks`), text)
  }
}

/** Copies the last `most` bytes; returns how many there were. */
async function copyTail(from: string, to: string, most: number): Promise<number> {
  await using source = await open(from)
  await using target = await open(to, 'w')
  const { size } = await source.stat()
  const piece = Buffer.alloc(256 * 1024)
  for (let at = Math.max(0, size - most); ; ) {
    const { bytesRead } = await source.read(piece, 0, piece.length, at)
    if (bytesRead === 0) return at
    await target.write(piece.subarray(0, bytesRead))
    at += bytesRead
  }
}

async function namesIn(folder: string): Promise<string[]> {
  return (await orNothing(readdir(folder))) ?? []
}

async function orNothing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (isDiskError(error, 'ENOENT')) return undefined
    throw error
  }
}
