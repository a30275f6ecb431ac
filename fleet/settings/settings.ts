import type { BlobChoice } from '../adapters/open-place.ts'
import type { DatabaseChoice } from '../adapters/postgres/database.ts'
import type { Admission } from '../identity/admission.ts'
import type { OpenIdSettings } from '../people/openid.ts'
import type { TraceSettings } from '../telemetry/trace-settings.ts'

/** `openid`: its own provider. */
export interface ProjectSettings {
  openid: OpenIdSettings | null
}

/** What a fleet needs to know to run; keys, certificate and token are their contents, not their paths. */
export interface FleetSettings {
  /** Folder of everything the fleet keeps; made when missing. */
  data: string
  /** Port 0 takes any that is free. */
  listen: { host: string; port: number }
  database: DatabaseChoice
  /** What processes tell each other with; null: the database where that is outside, else nothing. */
  bus: string | null
  /** Where packages and blobs are; null: below `data`. */
  blobs: BlobChoice | null
  /** PEM public keys. With any, only packages signed by one of them are taken. */
  trustedKeys: readonly string[]
  tls: { cert: string; key: string } | null
  /** An admin's token, for the time before there are users and when all passwords are lost. */
  operatorToken: string | null
  /** Secrets of UpdateHub's packagers by access id. */
  packagers: ReadonlyMap<string, string>
  /** `approved`: devices that are not known are taken in only when an operator imported them. */
  admission: Admission
  maxUploadBytes: number
  /** How many requests each caller of the operator API may make. */
  requestsPerMinute: number
  /** Addresses and networks (CIDR) of those whose `X-Forwarded-For` is believed. */
  trustedProxies: readonly string[]
  /** Who signs in through an OpenID provider; null for nobody. */
  openid: OpenIdSettings | null
  /** What holds for a project of this name, where there is one. */
  projects: ReadonlyMap<string, ProjectSettings>
  /** Whether webhooks may lead into this machine and its networks. */
  privateWebhooks: boolean
  /** Seals the secrets of webhooks: 32 bytes in base64; null: a key of the folder `data`, or none where the database is outside. */
  webhookKey: string | null
  /** Whether images may be fetched from registries in this machine and its networks. */
  privateRegistries: boolean
  /** Help UpdateHub's own agents to resume (updatehub.md 3.5). */
  resumeQuirk: boolean
  /** Where traces go; null: nowhere. */
  traces: TraceSettings | null
}

const gib = 1024 ** 3

export const defaultSettings: FleetSettings = {
  data: '.windlass/fleet',
  listen: { host: '127.0.0.1', port: 8000 },
  database: { kind: 'embedded' },
  bus: null,
  blobs: null,
  trustedKeys: [],
  tls: null,
  operatorToken: null,
  packagers: new Map(),
  admission: 'open',
  maxUploadBytes: 16 * gib,
  requestsPerMinute: 6000,
  trustedProxies: [],
  privateWebhooks: false,
  webhookKey: null,
  privateRegistries: false,
  openid: null,
  projects: new Map(),
  resumeQuirk: false,
  traces: null,
}
