import { open, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { nodeFiles } from '@windlass/platform'
import { generateKeys } from '@windlass/trust'
import { command } from '../command.ts'
import { creating } from '../creating.ts'
import { fingerprint } from '../page/fingerprint.ts'
import { facts } from '../page/table.ts'
import { oneOf, withDefault } from '../params.ts'

export const keysNew = command({
  name: 'keys new',
  description: 'Make a key pair: private.pem signs packages, public.pem goes onto the devices as key.pub',
  params: {
    out: withDefault('-o, --out <folder>', 'where the two files go', '.'),
    bits: oneOf('--bits <number>', 'length of the RSA key', ['2048', '3072', '4096', '8192'], '4096'),
  },
  async run({ out, bits }, io) {
    const folder = resolve(io.cwd, out)
    const [privateFile, publicFile] = [join(folder, 'private.pem'), join(folder, 'public.pem')]
    const keys = await generateKeys(Number(bits))
    io.signal.throwIfAborted()
    await creating(folder, nodeFiles.makeFolder(folder))
    await creating(privateFile, createNew(privateFile, keys.privateKey, 0o600))
    try {
      await creating(publicFile, createNew(publicFile, keys.publicKey, 0o644))
    } catch (error) {
      await rm(privateFile)
      throw error
    }
    const print = fingerprint(keys.publicKey)
    const page = facts({
      'private key': `${privateFile} (keep it secret)`,
      'public key': publicFile,
      fingerprint: print,
    })
    return { page, json: { privateKey: privateFile, publicKey: publicFile, bits: Number(bits), fingerprint: print } }
  },
})

/** Never over an existing key: what it signed could not be followed by anything. */
async function createNew(path: string, text: string, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode)
  try {
    await file.writeFile(text)
    await file.sync()
  } catch (error) {
    // What is there in part would stand in the way of the next try.
    await rm(path)
    throw error
  } finally {
    await file.close()
  }
}
