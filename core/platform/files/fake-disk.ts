import { resolve } from 'node:path/posix'
import type { Random } from '../time/random.ts'
import { diskError } from './disk-error.ts'
import { FakeContent } from './fake-content.ts'

export interface FakeFile {
  kind: 'file' | 'block'
  content: FakeContent
  mode: number
  owner: FakeOwner
  device: number
  changed: number
}

export interface FakeFolder {
  kind: 'folder'
  names: Map<string, FakeNode>
  durable: Map<string, FakeNode>
  mode: number
  owner: FakeOwner
  changed: number
}

export interface FakeLink {
  kind: 'link'
  target: string
}

export interface FakeOwner {
  uid: number
  gid: number
}

export type FakeNode = FakeFile | FakeFolder | FakeLink

/** Where a path leads: its last folder is there, the node maybe not. `real` has no symlinks in it. */
export interface FakePlace {
  real: string
  folder: FakeFolder
  name: string
  node: FakeNode | undefined
}

/** One name in one folder; without a node it goes away. */
export interface NameChange {
  folder: FakeFolder
  name: string
  node: FakeNode | undefined
}

export function newFolder(changed: number): FakeFolder {
  return { kind: 'folder', names: new Map(), durable: new Map(), mode: 0o755, owner: { uid: 0, gid: 0 }, changed }
}

/**
 * The tree of names. A change of names (a rename is one, of two names) happens whole or not at all, and is certain to
 * survive once one of its folders was synced.
 */
export class FakeDisk {
  readonly root = newFolder(0)
  #pending: NameChange[][] = []

  /** @throws ENOENT, ENOTDIR when a folder on the way is none; ELOOP */
  locate(path: string, op: string, links: 'follow' | 'keep-last' = 'follow', followed = 0): FakePlace {
    const names = namesIn(path)
    let place: FakePlace = { real: '/', folder: this.root, name: '', node: this.root }
    for (const [index, name] of names.entries()) {
      const folder = place.node
      if (!folder) throw diskError('ENOENT', op, path)
      if (folder.kind !== 'folder') throw diskError('ENOTDIR', op, path)
      const node = folder.names.get(name)
      if (node?.kind === 'link' && (links === 'follow' || index < names.length - 1)) {
        if (followed === 40) throw diskError('ELOOP', op, path)
        const onward = resolve(place.real, node.target, ...names.slice(index + 1))
        return this.locate(onward, op, links, followed + 1)
      }
      place = { real: place.node === this.root ? `/${name}` : `${place.real}/${name}`, folder, name, node }
    }
    return place
  }

  change(...changes: NameChange[]): void {
    apply(changes, (folder) => folder.names)
    this.#pending.push(changes)
  }

  /** Also makes durable what was done earlier to folders that take part in the same changes. */
  syncNames(folder: FakeFolder): void {
    const folders = new Set([folder])
    const later: NameChange[][] = []
    const now: NameChange[][] = []
    for (const changes of this.#pending.toReversed()) {
      const touched = changes.some((change) => folders.has(change.folder))
      if (touched) for (const change of changes) folders.add(change.folder)
      ;(touched ? now : later).push(changes)
    }
    for (const changes of now.reverse()) apply(changes, (of) => of.durable)
    this.#pending = later.reverse()
  }

  /** What was not synced is lost from some moment on. */
  crash(random: Random): void {
    const kept = Math.floor(random.next() * (this.#pending.length + 1))
    for (const changes of this.#pending.slice(0, kept)) apply(changes, (folder) => folder.durable)
    this.#pending = []
    for (const node of this.#nodes((folder) => folder.durable)) {
      if (node.kind === 'folder') node.names = new Map(node.durable)
      else if (node.kind !== 'link') node.content.crash(random)
    }
  }

  /** Bytes held by files; devices bring their own room. */
  used(): number {
    let bytes = 0
    for (const node of this.#nodes((folder) => folder.names)) if (node.kind === 'file') bytes += node.content.live.size
    return bytes
  }

  #nodes(names: (folder: FakeFolder) => Map<string, FakeNode>): Set<FakeNode> {
    const found = new Set<FakeNode>([this.root])
    for (const node of found) if (node.kind === 'folder') for (const child of names(node).values()) found.add(child)
    return found
  }
}

const dots = /\/\.{1,2}(\/|$)/

/** Simulations ask a million times: what is plain already is not resolved first. */
function namesIn(path: string): string[] {
  const plain = path.startsWith('/') && !dots.test(path) ? path : resolve('/', path)
  return plain.split('/').filter(Boolean)
}

function apply(changes: NameChange[], names: (folder: FakeFolder) => Map<string, FakeNode>): void {
  for (const { folder, name, node } of changes) {
    if (node) names(folder).set(name, node)
    else names(folder).delete(name)
  }
}
