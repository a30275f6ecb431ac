import { dirname } from 'node:path'
import { parseDocument } from 'yaml'
import { CliError } from '../cli-error.ts'
import { smallText } from '../small-file.ts'
import type { Given } from './given.ts'

/** Reads YAML or JSON with every scalar as the text it was written as. @throws CliError `data` */
export async function readGiven(path: string): Promise<{ given: Given; folder: string }> {
  const document = parseDocument(await smallText(path), { schema: 'failsafe' })
  const error = document.errors[0]
  if (error) {
    const why = error.message.split('\n', 1)[0]?.replace(/:$/, '')
    throw new CliError('data', `${path}: expected YAML or JSON, got ${why}`)
  }
  const given: Given = document.toJS()
  return { given, folder: dirname(path) }
}
