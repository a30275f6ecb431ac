import { createContext, Script } from 'node:vm'

const windowChars = 256 * 1024
// A match longer than this may be missed where two windows meet. Versions and what surrounds them are far shorter.
const longestMatch = 4 * 1024
const timeoutMs = 1000

/** The expression needed more than a second for 256 KiB. */
export class SearchTooSlow extends Error {
  override readonly name = 'SearchTooSlow'
}

/**
 * The first match in a stream of bytes taken as Latin-1: its first group if the expression has one, else all of it.
 * Holds one window of 256 KiB. `^` is the beginning of the stream.
 *
 * An expression comes with a package and may backtrack for years, which a small window does not prevent; so it runs where it can be
 * interrupted. @throws SearchTooSlow
 */
export async function search(pieces: AsyncIterable<Uint8Array>, expression: string): Promise<string | undefined> {
  const find = interruptible(new RegExp(expression, 'g'))
  let text = ''
  let begin = 0
  for await (const piece of pieces) {
    text += Buffer.from(piece.buffer, piece.byteOffset, piece.length).toString('latin1')
    if (text.length < windowChars) continue
    const match = find(text, begin)
    if (match && match.index <= text.length - longestMatch) return versionIn(match)
    // One character before the place to go on from stays, so that `^` does not hold there.
    text = text.slice(match ? match.index - 1 : text.length - longestMatch)
    begin = 1
  }
  const match = find(text, begin)
  return match && versionIn(match)
}

function versionIn(match: RegExpExecArray): string {
  return match[1] ?? match[0]
}

function interruptible(regexp: RegExp): (text: string, from: number) => RegExpExecArray | undefined {
  const context = createContext({ regexp, text: '' })
  const script = new Script('regexp.exec(text)')
  return (text, from) => {
    regexp.lastIndex = from
    context['text'] = text
    try {
      const match = script.runInContext(context, { timeout: timeoutMs }) as RegExpExecArray | null
      return match ?? undefined
    } catch (error) {
      throw new SearchTooSlow(`the expression ${regexp.source} takes more than ${timeoutMs} ms`, { cause: error })
    }
  }
}
