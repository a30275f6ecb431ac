import { resolve } from 'node:path'
import { sha256Of } from '@windlass/trust'
import { checkMetadata, decodeSignature } from '@windlass/wire/updatehub'
import { CliError } from '../cli-error.ts'
import { command, type Result } from '../command.ts'
import { objectsPage } from '../inspecting/objects-page.ts'
import { readRaw, withArchive } from '../inspecting/opened.ts'
import { facts } from '../page/table.ts'
import { optional, switchedOn } from '../params.ts'
import { smallFile } from '../small-file.ts'

export const inspect = command({
  name: 'inspect',
  description: 'Show what is in a package, or check a metadata document strictly by its schema',
  params: {
    file: optional('[file]', 'a package'),
    metadata: optional('--metadata <file>', 'a metadata document alone: every problem is listed, with its place'),
    allowTest: switchedOn('--allow-test', 'with --metadata: accept the mode "test", which is not in the schema'),
  },
  async run({ file, metadata, allowTest }, io) {
    if ((file === undefined) === (metadata === undefined)) {
      throw new CliError('usage', `expected a package or --metadata FILE, got ${file === undefined ? 'none' : 'both'}`)
    }
    if (metadata !== undefined) return await checkAlone(resolve(io.cwd, metadata), allowTest)
    return await withArchive(io.cwd, file ?? '', async (archive, path) => {
      const { document, raw } = readRaw(archive.metadata)
      const problems = checkMetadata(archive.metadata, { allowTest: true })
      const signature = archive.signature.trim()
      const { packageUid: uid } = archive
      const page = facts({
        package: path,
        uid,
        product: raw.product,
        version: raw.version,
        hardware: raw.hardware,
        signature: signatureText(signature),
        sets: `${raw.sets.length}, of ${raw.sets.map((set) => set.length).join(' and ')} object(s)`,
      })
      const json = { file: path, packageUid: uid, signature: signature || null, problems, metadata: document }
      return withProblems({ page: `${page}\n\n${objectsPage(raw.sets)}`, json }, problems)
    })
  },
})

async function checkAlone(path: string, allowTest: boolean): Promise<Result> {
  const bytes = await smallFile(path)
  const problems = checkMetadata(bytes, { allowTest })
  const packageUid = sha256Of(bytes)
  const page = facts({ metadata: path, uid: packageUid, bytes: String(bytes.length) })
  return withProblems({ page, json: { file: path, packageUid, valid: problems.length === 0, problems } }, problems)
}

function withProblems({ page, json }: Result, problems: readonly string[]): Result {
  if (problems.length === 0) return { page: `${page}\n\nThe metadata keeps every rule of its schema.`, json }
  const list = problems.map((problem) => `  ${problem}`).join('\n')
  return {
    page: `${page}\n\nThe metadata breaks its schema in ${problems.length} place(s):\n${list}`,
    json,
    ending: 'data',
  }
}

function signatureText(signature: string): string {
  if (signature === '') return 'none, the package is NOT SIGNED'
  const bytes = decodeSignature(signature)
  return bytes ? `${bytes.length * 8} bits, not checked here (windlass verify does)` : 'not base64 on one line'
}
