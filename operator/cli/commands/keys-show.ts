import { createPublicKey, type KeyObject } from 'node:crypto'
import { resolve } from 'node:path'
import { CliError } from '../cli-error.ts'
import { command } from '../command.ts'
import { fingerprint } from '../page/fingerprint.ts'
import { facts } from '../page/table.ts'
import { required } from '../params.ts'
import { smallText } from '../small-file.ts'

export const keysShow = command({
  name: 'keys show',
  description: 'Show a key: what it is, its fingerprint, and its public half',
  params: { file: required('<file>', 'a private or public key (PEM)') },
  async run({ file }, io) {
    const path = resolve(io.cwd, file)
    const pem = await smallText(path)
    const key = read(pem, path)
    const about = {
      file: path,
      half: pem.includes('PRIVATE KEY-----') ? 'private' : 'public',
      type: key.asymmetricKeyType ?? 'unknown',
      bits: key.asymmetricKeyDetails?.modulusLength ?? 0,
      fingerprint: fingerprint(pem),
      publicKey: String(key.export({ type: 'spki', format: 'pem' })),
    }
    const { publicKey, bits, ...rest } = about
    return { page: `${facts({ ...rest, bits: String(bits) })}\n\n${publicKey.trimEnd()}`, json: about }
  },
})

function read(pem: string, path: string): KeyObject {
  try {
    return createPublicKey(pem)
  } catch (cause) {
    throw new CliError(
      'data',
      `${path}: expected a private or public key as PEM without a password, got another file`,
      {
        cause,
      },
    )
  }
}
