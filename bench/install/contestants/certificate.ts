import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../run-program.ts'

/** A key and a certificate that it signed itself, for both kinds of bundles. */
export async function certificate(folder: string): Promise<{ key: string; cert: string }> {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  if (!existsSync(cert)) {
    const subject = ['-subj', '/O=bench/CN=bench', '-addext', 'extendedKeyUsage=emailProtection']
    const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '3650', '-keyout', key, '-out', cert]
    await run({ command: 'openssl', args: [...args, ...subject] })
  }
  return { key, cert }
}
