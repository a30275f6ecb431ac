import { dirname, resolve } from 'node:path/posix'
import { SeededRandom } from '../time/seeded-random.ts'
import { diskError, isDiskError, PowerCut } from './disk-error.ts'
import { FakeContent } from './fake-content.ts'
import {
  FakeDisk,
  type FakeFile,
  type FakeFolder,
  type FakeNode,
  type FakeOwner,
  type FakePlace,
  newFolder,
} from './fake-disk.ts'
import { openFake } from './fake-open-file.ts'
import type { FileFacts, Files, OpenAs, OpenFile } from './files.ts'
import { readWhole, replaceWhole, syncFolder } from './whole-file.ts'

export type FileOp =
  | 'open'
  | 'create'
  | 'read'
  | 'write'
  | 'truncate'
  | 'sync'
  | 'rename'
  | 'remove'
  | 'list'
  | 'facts'
  | 'makeFolder'
  | 'realPath'
  | 'setMode'
  | 'setOwner'

const changing: ReadonlySet<FileOp> = new Set([
  'create',
  'write',
  'truncate',
  'sync',
  'rename',
  'remove',
  'makeFolder',
  'setMode',
  'setOwner',
])

/** An operation as it reached the disk; `replace` and `readFile` show as what they are made of. */
export interface FileOperation {
  op: FileOp
  path: string
  at?: number
  bytes?: number
}

/**
 * A disk in memory that loses what a real one may lose. Paths are absolute; `/` is the only folder at first.
 * `crash()` is a power cut and a restart: unsynced bytes are lost, kept or torn by 512-byte sectors, unsynced names are
 * lost from some moment on, by the seed. Open files of before the crash reject with PowerCut for ever.
 */
export class FakeFiles implements Files {
  /** Bytes that all files together may take; devices have their own size. */
  capacity: number
  /** Everything asked of the disk so far. */
  readonly operations: FileOperation[] = []
  readonly #disk = new FakeDisk()
  readonly #random: SeededRandom
  readonly #now: () => number
  #failures: { op: FileOp; code: string; path: string | undefined }[] = []
  #changesLeft = Infinity
  #onCut: () => void = () => undefined
  #life = 0
  #powered = true
  #devices = 0

  /** `seed` default 1, `capacity` default 1 GiB, `now` for `facts().changed` default 0. */
  constructor(options: { seed?: number; capacity?: number; now?: () => number } = {}) {
    this.#random = new SeededRandom(options.seed ?? 1)
    this.capacity = options.capacity ?? 2 ** 30
    this.#now = options.now ?? (() => 0)
  }

  async open(path: string, as: OpenAs): Promise<OpenFile> {
    const found = this.#look(path, 'open')?.node
    const op = as === 'create' || (as === 'append' && !found) ? 'create' : 'open'
    const node = this.#step({ op, path }, () => this.#opened(path, as, found))
    const life = this.#life
    return openFake(node, path, as, {
      step: (operation, work) => {
        if (life !== this.#life) throw new PowerCut(`${operation.op} of ${path}: it was open when the power went`)
        return this.#step(operation, work)
      },
      syncNames: (folder) => this.#disk.syncNames(folder),
      room: () => this.capacity - this.#disk.used(),
      touched: (file) => {
        file.changed = this.#now()
      },
    })
  }

  readFile(path: string, maxBytes: number): Promise<Uint8Array> {
    return readWhole(this, path, maxBytes)
  }

  replace(path: string, content: string | Uint8Array, mode?: number): Promise<void> {
    return replaceWhole(this, path, content, mode)
  }

  async rename(from: string, to: string): Promise<void> {
    this.#step({ op: 'rename', path: from }, () => {
      const source = this.#need(from, 'rename', 'keep-last')
      const target = this.#disk.locate(to, 'rename', 'keep-last')
      const [moving, covered] = [source.node.kind === 'folder', target.node?.kind === 'folder']
      if (target.node && covered && !moving) throw diskError('EISDIR', 'rename', to)
      if (target.node && moving && !covered) throw diskError('ENOTDIR', 'rename', to)
      this.#disk.change({ ...source, node: undefined }, { ...target, node: source.node })
    })
  }

  async remove(path: string): Promise<void> {
    this.#step({ op: 'remove', path }, () => {
      const place = this.#look(path, 'unlink', 'keep-last')
      if (place?.node?.kind === 'folder') throw diskError('EISDIR', 'unlink', path)
      if (place?.node) this.#disk.change({ ...place, node: undefined })
    })
  }

  async list(path: string): Promise<string[]> {
    return this.#step({ op: 'list', path }, () => [...this.#folder(path, 'scandir').names.keys()].sort())
  }

  async facts(path: string): Promise<FileFacts | undefined> {
    return this.#step({ op: 'facts', path }, () => {
      const node = this.#look(path, 'stat')?.node
      if (!node || node.kind === 'link') return undefined
      const { kind, mode, changed, owner } = node
      if (kind === 'folder') return { kind, mode, changed, ...owner, size: 4096, device: 1 }
      return { kind, mode, changed, ...owner, size: kind === 'file' ? node.content.live.size : 0, device: node.device }
    })
  }

  async makeFolder(path: string): Promise<void> {
    const known = this.#look(path, 'mkdir')?.node
    if (known?.kind === 'folder') return
    if (known) throw diskError('EEXIST', 'mkdir', path)
    const parent = dirname(resolve('/', path))
    await this.makeFolder(parent)
    this.#step({ op: 'makeFolder', path }, () => this.#put(path, newFolder(this.#now())))
    await syncFolder(this, parent)
  }

  async realPath(path: string): Promise<string | undefined> {
    return this.#step({ op: 'realPath', path }, () => {
      const place = this.#look(path, 'realpath')
      return place?.node && place.real
    })
  }

  async setMode(path: string, mode: number): Promise<void> {
    this.#step({ op: 'setMode', path }, () => {
      this.#solid(path, 'chmod').mode = mode
    })
  }

  async setOwner(path: string, uid: number | undefined, gid: number | undefined): Promise<void> {
    this.#step({ op: 'setOwner', path }, () => {
      const node = this.#solid(path, 'chown')
      node.owner = { uid: uid ?? node.owner.uid, gid: gid ?? node.owner.gid }
    })
  }

  async freeBytes(path: string): Promise<number> {
    this.#need(path, 'statfs')
    return Math.max(0, this.capacity - this.#disk.used())
  }

  /** A block device of `size` bytes, all zero or beginning with `content`. Writing past its end is ENOSPC. */
  addDevice(path: string, size: number, content: Uint8Array = new Uint8Array()): void {
    this.#devices += 1
    const device = this.#putSynced(path, this.#newFile('block', 0o660, 0x700 + this.#devices))
    device.content.truncate(size)
    device.content.write(content, 0)
    device.content.sync()
  }

  /** Puts a file there, with its folders, as if it had always been there: not counted, not logged, already synced. */
  put(path: string, content: string | Uint8Array, mode = 0o644): void {
    const file = this.#putSynced(path, this.#newFile('file', mode, 1))
    file.content.write(typeof content === 'string' ? new TextEncoder().encode(content) : content, 0)
    file.content.sync()
  }

  /** A symlink that, like `put`, had always been there. The target need not be. */
  link(path: string, target: string): void {
    this.#putSynced(path, { kind: 'link', target })
  }

  /** Bytes that all files together take. */
  get usedBytes(): number {
    return this.#disk.used()
  }

  /** Who owns it, at first user and group 0. */
  owner(path: string): FakeOwner {
    return this.#solid(path, 'stat').owner
  }

  /** What a file or device holds now, synced or not. */
  peek(path: string): Uint8Array {
    const node = this.#solid(path, 'open')
    if (node.kind === 'folder') throw diskError('EISDIR', 'read', path)
    const bytes = new Uint8Array(node.content.live.size)
    node.content.live.read(bytes, 0)
    return bytes
  }

  /** So many bits of a file or device are not any more what was written, whether it was synced or not; which, by the seed. */
  rot(path: string, bits: number): void {
    const node = this.#solid(path, 'open')
    if (node.kind === 'folder') throw diskError('EISDIR', 'read', path)
    const { content } = node
    for (let left = bits; left > 0; left--) content.flip(Math.floor(this.#random.next() * content.live.size * 8))
  }

  /** The next such operation, on this path or on any, fails with this code and does nothing. */
  failNext(op: FileOp, code: string, path?: string): void {
    this.#failures.push({ op, code, path })
  }

  /**
   * The power goes right after the n-th change from now (creating, writing, truncating, syncing, renaming, removing,
   * making a folder, setting mode or owner). From then on everything rejects with PowerCut, until `crash()`.
   */
  cutPowerAfter(changes: number, onCut: () => void = () => undefined): void {
    this.#changesLeft = changes
    this.#onCut = onCut
  }

  get powered(): boolean {
    return this.#powered
  }

  /** The power goes, if it is not gone, and comes back. */
  crash(): void {
    this.#disk.crash(this.#random)
    this.#life += 1
    this.#powered = true
    this.#changesLeft = Infinity
    this.#failures = []
  }

  #step<T>(operation: FileOperation, work: () => T): T {
    const { op, path } = operation
    if (!this.#powered) throw new PowerCut(`${op} of ${path}: the power is off`)
    this.operations.push(operation)
    const failure = this.#failures.find((planned) => planned.op === op && (planned.path ?? path) === path)
    if (failure) {
      this.#failures = this.#failures.filter((planned) => planned !== failure)
      throw diskError(failure.code, op, path)
    }
    const result = work()
    if (changing.has(op)) this.#countChange(operation)
    return result
  }

  #countChange({ op, path }: FileOperation): void {
    this.#changesLeft -= 1
    if (this.#changesLeft > 0) return
    this.#powered = false
    this.#onCut()
    throw new PowerCut(`${op} of ${path}: the power went right after it`)
  }

  #opened(path: string, as: OpenAs, found: FakeNode | undefined): FakeFile | FakeFolder {
    if (found?.kind === 'folder' && as !== 'read') throw diskError('EISDIR', 'open', path)
    if (!found && (as === 'read' || as === 'update')) throw diskError('ENOENT', 'open', path)
    if (found?.kind === 'file' && as === 'create') found.content.truncate(0)
    return found && found.kind !== 'link' ? found : this.#put(path, this.#newFile('file', 0o644, 1))
  }

  #newFile(kind: FakeFile['kind'], mode: number, device: number): FakeFile {
    return { kind, mode, owner: { uid: 0, gid: 0 }, device, content: new FakeContent(), changed: this.#now() }
  }

  #put<N extends FakeNode>(path: string, node: N): N {
    this.#disk.change({ ...this.#disk.locate(path, 'open'), node })
    return node
  }

  #putSynced<N extends FakeNode>(path: string, node: N): N {
    let at = '/'
    for (const name of dirname(resolve('/', path)).split('/').filter(Boolean)) {
      const folder = this.#folder(at, 'mkdir')
      at = resolve(at, name)
      if (!this.#look(at, 'mkdir')?.node) this.#put(at, newFolder(this.#now()))
      this.#disk.syncNames(folder)
    }
    this.#put(path, node)
    this.#disk.syncNames(this.#folder(at, 'open'))
    return node
  }

  /** Undefined when a folder on the way is missing or no folder. */
  #look(path: string, op: string, links?: 'keep-last'): FakePlace | undefined {
    try {
      return this.#disk.locate(path, op, links)
    } catch (error) {
      if (isDiskError(error, 'ENOENT', 'ENOTDIR')) return undefined
      throw error
    }
  }

  #need(path: string, op: string, links?: 'keep-last'): FakePlace & { node: FakeNode } {
    const place = this.#disk.locate(path, op, links)
    if (!place.node) throw diskError('ENOENT', op, path)
    return { ...place, node: place.node }
  }

  #solid(path: string, op: string): FakeFile | FakeFolder {
    const { node } = this.#need(path, op)
    if (node.kind === 'link') throw diskError('ELOOP', op, path)
    return node
  }

  #folder(path: string, op: string): FakeFolder {
    const { node } = this.#need(path, op)
    if (node.kind !== 'folder') throw diskError('ENOTDIR', op, path)
    return node
  }
}
