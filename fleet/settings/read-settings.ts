import { resolve } from 'node:path'
import { traceSettings } from '../telemetry/trace-settings.ts'
import { blobsAt, parseListen } from './addresses.ts'
import type { Fragment } from './fragment.ts'
import { fromFile } from './from-file.ts'
import { fromLine, parseLine } from './from-line.ts'
import { openIdIn, projectsIn } from './openid.ts'
import { packagersIn } from './packagers.ts'
import { content, invalid, type ReadText } from './read-text.ts'
import { defaultSettings, type FleetSettings } from './settings.ts'

/** Command line over file over defaults. @throws StartError `settings_invalid`, naming the place */
export async function readSettings(
  argv: readonly string[],
  read: ReadText,
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<FleetSettings> {
  const line = parseLine(argv)
  const file = line.settings === undefined ? {} : await fromFile(line.settings, read)
  return settingsOf({ ...file, ...fromLine(line) }, read, env)
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
