/** Which piece of a list is asked for. */
export interface Piece {
  limit: number
  cursor?: string
}

/** All of a list, piece by piece. */
export async function everyPage<P extends { next: string | null }, T>(
  ask: (piece: Piece) => Promise<P>,
  listed: (page: P) => readonly T[],
): Promise<T[]> {
  const all: T[] = []
  let cursor: string | null = null
  do {
    const page: P = await ask({ limit: 1000, ...(cursor !== null && { cursor }) })
    all.push(...listed(page))
    cursor = page.next
  } while (cursor !== null)
  return all
}
