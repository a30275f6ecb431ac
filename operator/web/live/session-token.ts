import { project } from './project.ts'

// Every project of the fleet has the same origin, and its own tokens.
const key = project === undefined ? 'windlass-operator-token' : `windlass-operator-token ${project}`

/** The operator's token: kept for this tab, gone with it. */
export const sessionToken = {
  read: (): string | undefined => sessionStorage.getItem(key) ?? undefined,
  write: (token: string): void => sessionStorage.setItem(key, token),
  forget: (): void => sessionStorage.removeItem(key),
}
