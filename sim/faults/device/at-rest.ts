import type { RestKind } from '../scenario.ts'

const kinds: readonly (readonly [RegExp, RestKind])[] = [
  [/^\/(data|unit)\/.*\.(json|conf)$/, 'record'],
  [/^\/(data\/download|unit\/images|services)\/(.*\/)?[a-f0-9]{64}(\.part)?$/, 'payload'],
  // Nothing but the set that is to be written is ever opened: an invariant of its own sees to that.
  [/^\/dev\/slot-/, 'spare'],
]

/** What a file is that lies on a disk for long; undefined for what came with the system, for folders and temporary files. */
export function restKindOf(path: string): RestKind | undefined {
  return kinds.find(([pattern]) => pattern.test(path))?.[1]
}
