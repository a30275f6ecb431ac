import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { projectName } from '@windlass/wire/operator'
import { extract, type Header, pack } from 'tar-stream'
import { syncFolder } from '../adapters/written-files.ts'
import { StartError } from '../fleet-error.ts'
import type { Part, ProjectPart } from './records.ts'

/*
 * A backup is a tar: `about.json` first, then the rows of tables in pieces, then packages and blobs, the same for each project below
 * `projects/NAME`, and `end.json` with the digest of all before. Without its end it is none. Format 1 had no projects.
 */

const aboutName = 'about.json'
const endName = 'end.json'

/** What of the default project and of the others is in it. */
export interface About extends Part {
  format: 1 | 2
  windlass: string
  at: string
  projects: readonly ProjectPart[]
}

/** What an entry of a project is named below. */
export function below(project: string | null): string {
  return project === null ? '' : `projects/${project}/`
}

export interface BackupWriter {
  add(name: string, bytes: Uint8Array): Promise<void>
  stream(name: string, size: number, body: Readable): Promise<void>
}

/** Writes beside the place and moves there: what is at `path` is a whole backup. */
export async function writeBackup(
  path: string,
  about: About,
  fill: (writer: BackupWriter) => Promise<void>,
): Promise<void> {
  const tar = pack()
  const hash = createHash('sha256')
  const part = `${path}.part`
  const written = pipeline(tar, createWriteStream(part, { flush: true, mode: 0o600 }))
  // It is awaited last; until then a disk that is full must not end the process.
  written.catch((error: Error) => tar.destroy(error))
  const writer: BackupWriter = {
    async add(name, bytes) {
      hash.update(name).update(bytes)
      await entryDone((done) => tar.entry({ name }, Buffer.from(bytes), done).on('error', done))
    },
    async stream(name, size, body) {
      hash.update(name)
      await entryDone(async (done) => {
        const entry = tar.entry({ name, size }, done)
        await pipeline(
          body,
          async function* (chunks: AsyncIterable<Uint8Array>) {
            for await (const chunk of chunks) {
              hash.update(chunk)
              yield chunk
            }
          },
          entry,
        ).catch(done)
      })
    },
  }
  try {
    await writer.add(aboutName, Buffer.from(JSON.stringify(about)))
    await fill(writer)
    const end = JSON.stringify({ sha256: hash.digest('hex') })
    await entryDone((done) => tar.entry({ name: endName }, end, done).on('error', done))
    tar.finalize()
    await written
    await rename(part, path)
    await syncFolder(dirname(path))
  } catch (error) {
    tar.destroy()
    const lost: unknown = await written.catch((cause: unknown) => cause)
    await rm(part, { force: true })
    // A disk that takes no more ends the tar, too: what the disk said tells more than what the tar says then.
    throw lost instanceof Error && 'syscall' in lost ? lost : error
  }
}

function entryDone(begin: (done: (error?: Error | null) => void) => unknown): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  begin((error) => (error ? reject(error) : resolve()))
  return promise
}

/** One entry; `body` must be read to its end. */
export interface BackupEntry {
  name: string
  size: number
  body: AsyncIterable<Uint8Array>
}

/** The entries between the first and the end; fails at the end where the whole does not hold. @throws StartError */
export async function* readBackup(path: string): AsyncIterable<About | BackupEntry> {
  const tar = extract()
  const hash = createHash('sha256')
  const read = pipeline(createReadStream(path, { highWaterMark: 256 * 1024 }), tar)
  read.catch(() => undefined)
  let ended = false
  try {
    for await (const entry of tar as AsyncIterable<AsyncIterable<Uint8Array> & { header: Header }>) {
      const { name, size } = entry.header
      if (ended) throw notWhole(path, 'something after its end')
      if (name === endName) {
        ended = true
        const end = JSON.parse(await textOf(entry)) as { sha256: string }
        if (end.sha256 !== hash.digest('hex')) throw notWhole(path, 'other bytes')
        continue
      }
      hash.update(name)
      const body = hashed(entry, hash)
      if (name === aboutName) yield aboutOf(path, await textOf(body))
      else yield { name, size, body }
    }
    await read
  } catch (cause) {
    if (cause instanceof StartError) throw cause
    throw notWhole(path, cause instanceof Error ? cause.message : String(cause), cause)
  }
  if (!ended) throw notWhole(path, 'no end')
}

async function* hashed(chunks: AsyncIterable<Uint8Array>, hash: ReturnType<typeof createHash>) {
  for await (const chunk of chunks) {
    hash.update(chunk)
    yield chunk
  }
}

/** Its projects' names become those of folders and schemas. */
function aboutOf(path: string, text: string): About {
  const about = { projects: [], ...(JSON.parse(text) as Omit<About, 'projects'> & Partial<About>) }
  if ((about.format as number) !== 1 && about.format !== 2)
    throw notWhole(path, `format ${String(about.format)}, of a newer version`)
  const odd = about.projects.find(({ name }) => !projectName.safeParse(name).success)
  if (odd) throw notWhole(path, `a project with the name ${JSON.stringify(odd.name)}`)
  return about
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  return Buffer.concat(await Array.fromAsync(chunks)).toString()
}

function notWhole(path: string, what: string, cause?: unknown): StartError {
  return new StartError('backup_failed', `expected a whole backup of a fleet at ${path}, got: ${what}`, { cause })
}
