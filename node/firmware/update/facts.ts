import type { Failure, InstallationSet } from '@windlass/model'
import { failureCodes } from '@windlass/model'
import * as v from 'valibot'
import type { Payload } from '../objects/port.ts'
import type { Life } from './life.ts'

/** A package that is offered: what is signed, and where its objects come from. */
export interface Offer {
  /** SHA-256 of the metadata bytes. */
  uid: string
  /** The metadata document as it came, byte for byte (UTF-8). */
  metadata: string
  /** Base64, null where none came. */
  signature: string | null
  origin: Origin
  /** Someone said that a package which failed here before may be tried again. */
  again: boolean
  /** The server said that it may be fetched over a link that costs. */
  metered: boolean
}

/** A server's objects are fetched one by one; those of an archive lie in it or were unpacked beside it. */
export type Origin =
  | { kind: 'server'; address: string }
  | { kind: 'archive'; path: string; payloads: Record<string, Payload> }

/** What failed, and in which state. */
export interface Trouble extends Failure {
  during: string
}

/** Who asked for a probe through the API, and of which server; null for the agent's own. */
export type Asked = { server: string | null } | null

const payload = v.object({ path: v.string(), at: v.number(), size: v.number() })
const origin = v.variant('kind', [
  v.object({ kind: v.literal('server'), address: v.string() }),
  v.object({ kind: v.literal('archive'), path: v.string(), payloads: v.record(v.string(), payload) }),
])
const offer = v.object({
  uid: v.string(),
  metadata: v.string(),
  signature: v.nullable(v.string()),
  origin,
  again: v.boolean(),
  metered: v.optional(v.boolean(), false),
})
const trouble = v.object({ code: v.picklist(failureCodes), message: v.string(), during: v.string() })
const life = v.object({ boot: v.string(), process: v.string() })
const asked = v.nullable(v.object({ server: v.nullable(v.string()) }))

/** How each fact is read back from the journal; throws where it is not what it should be. */
export const facts = {
  offer: (value: unknown): Offer => v.parse(offer, value),
  trouble: (value: unknown): Trouble => v.parse(trouble, value),
  asked: (value: unknown): Asked => v.parse(asked, value),
  /** The uid of the package being tried; empty where an earlier agent did not say. */
  uid: (value: unknown): string => v.parse(v.string(), value),
  /** The set being installed or tried. */
  target: (value: unknown): InstallationSet => v.parse(v.picklist(['a', 'b']), value),
  /** The life of the system that entered the state. */
  life: (value: unknown): Life => v.parse(life, value),
  /** The restart was ordered, and the command said yes. */
  ordered: (value: unknown): boolean => v.parse(v.boolean(), value),
  /** How long a server asks to wait. */
  seconds: (value: unknown): number => v.parse(v.number(), value),
  /** Path or URL of a package. */
  source: (value: unknown): string => v.parse(v.string(), value),
}
