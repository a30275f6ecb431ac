import { dirname, resolve } from 'node:path'
import { type Fragment, fragment, type OpenIdFragment } from './fragment.ts'
import { content, invalid, messageOf, type ReadText } from './read-text.ts'

/** What a settings file says; its paths are relative to it. @throws StartError `settings_invalid` */
export async function fromFile(path: string, read: ReadText): Promise<Fragment> {
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

function jsonOf(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw invalid(`${path}: expected JSON, got: ${messageOf(cause)}`, cause)
  }
}
