import { join, resolve } from 'node:path'
import { CliError } from '../cli-error.ts'
import type { Shown } from '../parse.ts'
import type { Ports } from '../ports.ts'
import { smallText } from '../small-file.ts'

/**
 * The nearest word wins: the option, the file it names, `$WINDLASS_TOKEN`, `$WINDLASS_TOKEN_FILE`, the file of one's own.
 * @throws CliError `missing`, `data` for a file that was named and cannot be read or holds none
 */
export async function tokenFor({ token, tokenFile }: Shown, { env, cwd }: Ports): Promise<string | undefined> {
  if (token !== undefined) return token
  if (tokenFile !== undefined) return tokenIn(resolve(cwd, tokenFile))
  if (env['WINDLASS_TOKEN']) return env['WINDLASS_TOKEN']
  if (env['WINDLASS_TOKEN_FILE']) return tokenIn(resolve(cwd, env['WINDLASS_TOKEN_FILE']))
  const home = env['XDG_CONFIG_HOME'] || (env['HOME'] && join(env['HOME'], '.config'))
  return home ? tokenIn(join(home, 'windlass', 'token')).catch(() => undefined) : undefined
}

async function tokenIn(path: string): Promise<string> {
  const text = (await smallText(path)).trim()
  // What is no token breaks the header that it would go into.
  if (/^[\x21-\x7e]{1,4096}$/.test(text)) return text
  throw new CliError('data', `${path}: expected a token on one line, got ${text === '' ? 'nothing' : 'something else'}`)
}
