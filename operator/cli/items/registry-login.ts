import { readFile } from 'node:fs/promises'
import { CliError } from '../cli-error.ts'

/** A file of one line, `USER:PASSWORD`. @throws CliError `data` */
export async function registryLogin(path: string): Promise<{ user: string; password: string }> {
  const text = (await readFile(path, 'utf8')).trim()
  const [, user, password] = /^([^:\s]+):(.+)$/.exec(text) ?? []
  if (user !== undefined && password !== undefined) return { user, password }
  throw new CliError('data', `${path}: expected USER:PASSWORD on one line, got something else`)
}
