/*
 * NOTIFY carries less than 8,000 bytes: longer texts go in pieces, each with a name in front, so that equal texts stay two
 * messages (PostgreSQL makes one of equal ones). ASCII only, as JSON can be: then characters are bytes.
 */

const pieceLength = 7_800

export function piecesOf(name: string, text: string): string[] {
  const ascii = text.replaceAll(/[\u0080-\uffff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const count = Math.max(1, Math.ceil(ascii.length / pieceLength))
  return Array.from({ length: count }, (_, at) => {
    return `${name} ${at + 1}/${count} ${ascii.slice(at * pieceLength, (at + 1) * pieceLength)}`
  })
}

/** Pieces of one text come one after another, for they were sent by one statement. Answers the text with its last piece. */
export function joinPieces(): (piece: string) => string | undefined {
  let name = ''
  let parts: string[] = []
  return (piece) => {
    const [, from = '', at, of, text = ''] = /^(\S+) (\d+)\/(\d+) (.*)$/s.exec(piece) ?? []
    if (from !== name || at === '1') parts = []
    name = from
    parts.push(text)
    return Number(at) === Number(of) && parts.length === Number(of) ? parts.join('') : undefined
  }
}
