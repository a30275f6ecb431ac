import { CliError } from '../cli-error.ts'
import { smallText } from '../small-file.ts'

/** A file of one line, `USER:PASSWORD`. @throws CliError `data` */
export async function registryLogin(path: string): Promise<{ user: string; password: string }> {
  const text = (await smallText(path)).trim()
  const [, user, password] = /^([^:\s]+):(.+)$/.exec(text) ?? []
  if (user !== undefined && password !== undefined) return { user, password }
  throw new CliError('data', `${path}: expected USER:PASSWORD on one line, got something else`)
}
