import { isIP } from 'node:net'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { grant, projectName } from '@windlass/wire/operator'
import * as z from 'zod'
import type { BlobChoice } from './adapters/open-place.ts'
import type { DatabaseChoice } from './adapters/postgres/database.ts'
import { StartError } from './fleet-error.ts'
import type { Admission } from './identity/admission.ts'
import type { OpenIdSettings } from './people/openid.ts'
import { type TraceSettings, traceSettings } from './telemetry/trace-settings.ts'

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

const openIdFragment = z.strictObject({
  issuer: z.url({ protocol: /^https?$/ }),
  clientId: z.string().min(1),
  clientSecretFile: z.string(),
  nameClaim: z.string().min(1).optional(),
  rolesClaim: z.string().min(1).optional(),
  roles: z.record(z.string(), z.array(grant).min(1)),
})

type OpenIdFragment = z.infer<typeof openIdFragment>

/** What the file or the command line may say; paths in the file are relative to it. */
const fragment = z.strictObject({
  data: z.string().min(1).optional(),
  listen: z.string().optional(),
  database: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'expected an address postgresql://…')
    .optional(),
  bus: z
    .string()
    .regex(/^(nats|tls):\/\//, 'expected an address nats://… or tls://…')
    .optional(),
  blobs: z.string().min(1).optional(),
  trustedKeys: z.array(z.string()).optional(),
  tls: z.strictObject({ cert: z.string(), key: z.string() }).optional(),
  operatorTokenFile: z.string().optional(),
  packagersFile: z.string().optional(),
  admission: z.enum(['open', 'approved']).optional(),
  maxUploadBytes: z.int().min(1).optional(),
  requestsPerMinute: z.int().min(60).optional(),
  trustedProxies: z
    .array(z.string().refine(isNetwork, 'expected an IP address, or a network as 10.0.0.0/8'))
    .optional(),
  privateWebhooks: z.boolean().optional(),
  webhookKeyFile: z.string().optional(),
  privateRegistries: z.boolean().optional(),
  openid: openIdFragment.optional(),
  projects: z.record(z.string(), z.strictObject({ openid: openIdFragment.optional() })).optional(),
  resumeQuirk: z.boolean().optional(),
  traces: z
    .strictObject({
      endpoint: z.url({ protocol: /^https?$/ }).optional(),
      ratio: z.number().min(0).max(1).optional(),
    })
    .optional(),
})
type Fragment = z.infer<typeof fragment>

/** Reads a small text file. */
export type ReadText = (path: string) => Promise<string>

const flags = {
  settings: { type: 'string' },
  data: { type: 'string' },
  listen: { type: 'string' },
  database: { type: 'string' },
  bus: { type: 'string' },
  blobs: { type: 'string' },
  'trusted-key': { type: 'string', multiple: true },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  'operator-token-file': { type: 'string' },
  'packagers-file': { type: 'string' },
  admission: { type: 'string' },
} as const

/** Command line over file over defaults. @throws StartError `settings_invalid`, naming the place */
export async function readSettings(
  argv: readonly string[],
  read: ReadText,
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<FleetSettings> {
  const line = parseLine(argv)
  const fromFile = line.settings === undefined ? {} : await parseFile(line.settings, read)
  return settingsOf({ ...fromFile, ...fromLine(line) }, read, env)
}

function parseLine(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: flags, strict: true, allowPositionals: false }).values
  } catch (cause) {
    throw invalid(`command line: ${messageOf(cause)}`, cause)
  }
}

async function parseFile(path: string, read: ReadText): Promise<Fragment> {
  const text = await content(path, 'settings', read)
  const result = fragment.safeParse(jsonOf(path, text))
  if (!result.success) {
    const [issue] = result.error.issues
    throw invalid(`${path}: ${issue?.path.join('.') || 'top level'}: ${issue?.message}`, result.error)
  }
  const from = (other: string): string => resolve(dirname(path), other)
  const { data, blobs, trustedKeys, tls, operatorTokenFile, packagersFile, webhookKeyFile, openid, projects } =
    result.data
  return {
    ...result.data,
    ...(data !== undefined && { data: from(data) }),
    ...(blobs !== undefined && { blobs: blobs.startsWith('s3:') ? blobs : from(blobs) }),
    ...(trustedKeys && { trustedKeys: trustedKeys.map(from) }),
    ...(tls && { tls: { cert: from(tls.cert), key: from(tls.key) } }),
    ...(operatorTokenFile !== undefined && { operatorTokenFile: from(operatorTokenFile) }),
    ...(packagersFile !== undefined && { packagersFile: from(packagersFile) }),
    ...(webhookKeyFile !== undefined && { webhookKeyFile: from(webhookKeyFile) }),
    ...(openid && { openid: openIdFrom(openid, from) }),
    ...(projects && {
      projects: Object.fromEntries(
        Object.entries(projects).map(([name, own]) => [
          name,
          { ...own, ...(own.openid && { openid: openIdFrom(own.openid, from) }) },
        ]),
      ),
    }),
  }
}

function openIdFrom(openid: OpenIdFragment, from: (other: string) => string): OpenIdFragment {
  return { ...openid, clientSecretFile: from(openid.clientSecretFile) }
}

function fromLine(line: ReturnType<typeof parseLine>): Fragment {
  const cert = line['tls-cert']
  const key = line['tls-key']
  if ((cert === undefined) !== (key === undefined)) throw invalid('command line: --tls-cert and --tls-key go together')
  const given = {
    data: line.data,
    listen: line.listen,
    database: line.database,
    bus: line.bus,
    blobs: line.blobs,
    trustedKeys: line['trusted-key'],
    tls: cert !== undefined && key !== undefined ? { cert, key } : undefined,
    operatorTokenFile: line['operator-token-file'],
    packagersFile: line['packagers-file'],
    admission: line.admission,
  }
  const result = fragment.safeParse(
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  )
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw invalid(`command line: ${issue?.path.join('.')}: ${issue?.message}`)
}

async function settingsOf(
  input: Fragment,
  read: ReadText,
  env: Readonly<Record<string, string | undefined>>,
): Promise<FleetSettings> {
  const { data, listen, database, trustedKeys, tls, operatorTokenFile: tokenFile, maxUploadBytes, resumeQuirk } = input
  const keys = (trustedKeys ?? []).map((path) => content(path, 'trustedKeys', read))
  const token = tokenFile === undefined ? null : (await content(tokenFile, 'operatorTokenFile', read)).trim()
  if (token !== null && token.length < 16)
    throw invalid(`operatorTokenFile: expected at least 16 characters in ${tokenFile}, got ${token.length}`)
  return {
    data: resolve(data ?? defaultSettings.data),
    listen: listen === undefined ? defaultSettings.listen : parseListen(listen),
    database: database === undefined ? defaultSettings.database : { kind: 'url', url: database },
    bus: input.bus ?? null,
    blobs: input.blobs === undefined ? null : blobsAt(input.blobs),
    trustedKeys: await Promise.all(keys),
    tls: tls ? { cert: await content(tls.cert, 'tls.cert', read), key: await content(tls.key, 'tls.key', read) } : null,
    operatorToken: token,
    packagers: await packagersIn(input.packagersFile, read),
    admission: input.admission ?? defaultSettings.admission,
    maxUploadBytes: maxUploadBytes ?? defaultSettings.maxUploadBytes,
    requestsPerMinute: input.requestsPerMinute ?? defaultSettings.requestsPerMinute,
    trustedProxies: input.trustedProxies ?? defaultSettings.trustedProxies,
    privateWebhooks: input.privateWebhooks ?? defaultSettings.privateWebhooks,
    webhookKey: input.webhookKeyFile === undefined ? null : await content(input.webhookKeyFile, 'webhookKeyFile', read),
    privateRegistries: input.privateRegistries ?? defaultSettings.privateRegistries,
    openid: await openIdIn(input.openid, 'openid', read),
    projects: await projectsIn(input.projects, read),
    resumeQuirk: resumeQuirk ?? defaultSettings.resumeQuirk,
    traces: traceSettings(input.traces, env),
  }
}

/** A folder, or `s3://BUCKET/PREFIX?endpoint=URL&region=NAME`, of which all but the bucket may be left out. */
function blobsAt(text: string): BlobChoice {
  if (!/^[a-z0-9]+:\/\//i.test(text)) return { kind: 'folder', path: resolve(text) }
  const url = URL.canParse(text) ? new URL(text) : undefined
  const [endpoint, region] = [url?.searchParams.get('endpoint') ?? null, url?.searchParams.get('region') ?? null]
  const odd = [...(url?.searchParams.keys() ?? [])].find((key) => key !== 'endpoint' && key !== 'region')
  if (url?.protocol !== 's3:' || url.host === '' || odd !== undefined || (endpoint !== null && !URL.canParse(endpoint)))
    throw invalid(
      `blobs: expected a folder or s3://BUCKET/PREFIX?endpoint=URL&region=NAME, got ${JSON.stringify(text)}`,
    )
  return { kind: 's3', bucket: url.host, prefix: url.pathname.replace(/^\/|\/$/g, ''), endpoint, region }
}

/** One packager a line: access id, white space, secret. Empty lines and those that begin with # say nothing. */
async function packagersIn(path: string | undefined, read: ReadText): Promise<ReadonlyMap<string, string>> {
  const text = path === undefined ? '' : await content(path, 'packagersFile', read)
  const lines = text.split('\n').map((line) => line.trim())
  const pairs = lines.map((line, at): [string, string][] => {
    if (line === '' || line.startsWith('#')) return []
    const [, id, secret] = /^([^\s,]+)\s+(\S{16,})$/.exec(line) ?? []
    if (id !== undefined && secret !== undefined) return [[id, secret]]
    throw invalid(
      `packagersFile: expected an access id and a secret of at least 16 characters in ${path}, line ${at + 1}`,
    )
  })
  return new Map(pairs.flat())
}

async function projectsIn(input: Fragment['projects'], read: ReadText): Promise<FleetSettings['projects']> {
  const odd = Object.keys(input ?? {}).find((name) => !projectName.safeParse(name).success)
  if (odd !== undefined)
    throw invalid(`projects: expected names of up to 40 small letters, digits and -, got ${JSON.stringify(odd)}`)
  const pairs = Object.entries(input ?? {}).map(
    async ([name, { openid }]) => [name, { openid: await openIdIn(openid, `projects.${name}.openid`, read) }] as const,
  )
  return new Map(await Promise.all(pairs))
}

async function openIdIn(
  input: OpenIdFragment | undefined,
  key: string,
  read: ReadText,
): Promise<OpenIdSettings | null> {
  if (!input) return null
  const { clientSecretFile: path, nameClaim = 'preferred_username', rolesClaim = 'groups', ...same } = input
  return { ...same, nameClaim, rolesClaim, clientSecret: (await content(path, `${key}.clientSecretFile`, read)).trim() }
}

/** An IP address, or a network of more than all of them: whoever trusts everybody is told anything. */
function isNetwork(text: string): boolean {
  const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const family = isIP(address)
  return family !== 0 && (bits === undefined || (Number(bits) > 0 && Number(bits) <= (family === 4 ? 32 : 128)))
}

/** `host:port`, `[v6]:port or `:port`, which is every address. */
function parseListen(text: string): { host: string; port: number } {
  const [, v6, name, port = ''] = /^(?:\[([^[\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? []
  if (port === '' || Number(port) > 65535) throw invalid(`listen: expected HOST:PORT, got ${JSON.stringify(text)}`)
  return { host: v6 || name || '::', port: Number(port) }
}

async function content(path: string, key: string, read: ReadText): Promise<string> {
  try {
    return await read(path)
  } catch (cause) {
    throw invalid(`${key}: expected a file at ${path}, got: ${messageOf(cause)}`, cause)
  }
}

function jsonOf(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw invalid(`${path}: expected JSON, got: ${messageOf(cause)}`, cause)
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

function invalid(message: string, cause?: unknown): StartError {
  return new StartError('settings_invalid', message, { cause })
}
