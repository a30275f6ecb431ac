import { execFile } from 'node:child_process'
import { readdir, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, sep } from 'node:path'
import { promisify } from 'node:util'

const root = import.meta.dirname
// What the console is made of, besides its own sources.
const made = [root, join(root, '../../core/wire/operator'), join(root, '../../core/model')]

/** Builds the console where it is not built, or older than a source. Answers whether it built. */
export async function ensureConsole(): Promise<boolean> {
  const built = await changedAt(join(root, 'dist/index.html'))
  const sources = await Promise.all(made.map(sourcesBelow))
  const times = await Promise.all(sources.flat().map(changedAt))
  if (built > Math.max(...times)) return false
  const vite = join(createRequire(import.meta.url).resolve('vite/package.json'), '../bin/vite.js')
  // Vite goes by this, and a test runner's `test` would make a console for developers, half as large again.
  const env = { ...process.env, NODE_ENV: 'production' }
  await promisify(execFile)(process.execPath, [vite, 'build', '--config', join(root, 'vite.config.ts')], { env })
  return true
}

async function sourcesBelow(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true })
  return names
    .filter((name) => !name.split(sep).some((part) => part === 'dist' || part === 'node_modules'))
    .filter((name) => /\.(tsx?|css|html|svg|json)$/.test(name) && !/\.test\.tsx?$/.test(name))
    .map((name) => join(folder, name))
}

/** Milliseconds since 1970; 0 for what is not there. */
async function changedAt(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  )
}
