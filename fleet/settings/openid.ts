import { projectName } from '@windlass/wire/operator'
import type { OpenIdSettings } from '../people/openid.ts'
import type { Fragment, OpenIdFragment } from './fragment.ts'
import { content, invalid, type ReadText } from './read-text.ts'
import type { FleetSettings } from './settings.ts'

export async function projectsIn(input: Fragment['projects'], read: ReadText): Promise<FleetSettings['projects']> {
  const odd = Object.keys(input ?? {}).find((name) => !projectName.safeParse(name).success)
  if (odd !== undefined)
    throw invalid(`projects: expected names of up to 40 small letters, digits and -, got ${JSON.stringify(odd)}`)
  const pairs = Object.entries(input ?? {}).map(
    async ([name, { openid }]) => [name, { openid: await openIdIn(openid, `projects.${name}.openid`, read) }] as const,
  )
  return new Map(await Promise.all(pairs))
}

export async function openIdIn(
  input: OpenIdFragment | undefined,
  key: string,
  read: ReadText,
): Promise<OpenIdSettings | null> {
  if (!input) return null
  const { clientSecretFile: path, nameClaim = 'preferred_username', rolesClaim = 'groups', ...same } = input
  return { ...same, nameClaim, rolesClaim, clientSecret: (await content(path, `${key}.clientSecretFile`, read)).trim() }
}
