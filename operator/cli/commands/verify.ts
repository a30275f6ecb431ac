import { resolve } from 'node:path'
import { command } from '../command.ts'
import { checkDocument, checkObjects, checkSignature } from '../inspecting/checks.ts'
import { withArchive } from '../inspecting/opened.ts'
import { publicKeyIn } from '../of-file.ts'
import { table } from '../page/table.ts'
import { needed, required } from '../params.ts'

export const verify = command({
  name: 'verify',
  description: "Check a package's signature, its metadata and the digest of every object",
  params: {
    file: required('<file>', 'a package'),
    key: needed('-k, --key <file>', 'the public key it must be signed with (PEM)'),
  },
  async run({ file, key }, io) {
    const publicKey = await publicKeyIn(resolve(io.cwd, key))
    return await withArchive(io.cwd, file, async (archive, path) => {
      const checks = [checkSignature(archive, publicKey), checkDocument(archive)]
      const bar = io.progress('verifying')
      try {
        checks.push(...(await checkObjects(archive, bar.show, io.signal)))
      } finally {
        bar.end()
      }
      const holds = checks.every((check) => check.holds)
      const rows = checks.map((check) => [check.holds ? 'ok' : 'NO', check.what, check.says])
      const verdict = holds ? 'The package holds.' : 'DO NOT INSTALL: the package does not hold.'
      return {
        page: `${table(rows)}\n\n${verdict}`,
        json: { file: path, packageUid: archive.packageUid, holds, checks },
        ...(holds ? {} : { ending: 'no' as const }),
      }
    })
  },
})
