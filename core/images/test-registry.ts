import { execFileSync, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { systemClock } from '@windlass/platform'

/** bcrypt of «a password». */
const passwordHash = '$2b$04$lwiazcbmZ1zd4fMy6oKBRupfckSXfyr2Xm2RTcvCvOLshmDOKlZwm'

/** Debian's `docker-registry` on loopback, for tests. `login`: only `me` with «a password» may use it. */
export async function testRegistry(
  folder: string,
  { login = false } = {},
): Promise<{ host: string; stop: () => void }> {
  const host = `127.0.0.1:${await freePort()}`
  const settings = join(folder, 'registry.yml')
  const passwords = join(folder, 'passwords')
  writeFileSync(passwords, `me:${passwordHash}\n`)
  const auth = login ? `auth: { htpasswd: { realm: test, path: ${passwords} } }\n` : ''
  const storage = `storage: { filesystem: { rootdirectory: ${join(folder, 'registry')} } }`
  writeFileSync(settings, `version: 0.1\n${storage}\n${auth}http: { addr: "${host}" }\n`)
  const child = spawn('docker-registry', ['serve', settings], { stdio: 'ignore' })
  for (let tries = 0; tries < 300; tries += 1) {
    const answer = await fetch(`http://${host}/v2/`).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer?.ok || answer?.status === 401) return { host, stop: () => void child.kill() }
    await systemClock.sleep(100)
  }
  child.kill()
  throw new Error('expected docker-registry to answer within 30 s')
}

/** Debian's `skopeo`. */
export function skopeo(...args: string[]): void {
  execFileSync('skopeo', ['--insecure-policy', ...args], { stdio: 'pipe' })
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
