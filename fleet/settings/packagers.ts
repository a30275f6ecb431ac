import { content, invalid, type ReadText } from './read-text.ts'

/** One packager a line: access id, white space, secret. Empty lines and those that begin with # say nothing. */
export async function packagersIn(path: string | undefined, read: ReadText): Promise<ReadonlyMap<string, string>> {
  const text = path === undefined ? '' : await content(path, 'packagersFile', read)
  const lines = text.split('\n').map((line) => line.trim())
  const pairs = lines.map((line, at): [string, string][] => {
    if (line === '' || line.startsWith('#')) return []
    const [, id, secret] = /^([^\s,]+)\s+(\S{16,})$/.exec(line) ?? []
    if (id !== undefined && secret !== undefined) return [[id, secret]]
    throw invalid(
      `packagersFile: expected an access id and a secret of at least 16 characters in ${path}, line ${at + 1}`,
    )
  })
  return new Map(pairs.flat())
}
