import { join } from 'node:path'
import { nodeProcesses } from '@windlass/platform'
import { runWindlass } from '../children/front-door.ts'
import type { Cache } from './cache.ts'

/** Keys that nobody else trusts, kept so that images and packages can be kept as well. */
export async function keysIn(cache: Cache): Promise<{ private: string; public: string }> {
  const folder = await cache.keep('keys', [], async (path) => {
    await runWindlass(nodeProcesses(), new AbortController().signal, 'keys', 'new', '--out', path, '--bits', '2048')
  })
  return { private: join(folder, 'private.pem'), public: join(folder, 'public.pem') }
}
