import { Limiter } from './limiter.ts'

/** Whether a blob is here and right. */
export type Look = (digest: string) => Promise<boolean>

/** Looks at each blob once, however many items share it, and at so many at a time. */
export function lookOnce(atOnce: number, look: Look): Look {
  const limiter = new Limiter(atOnce)
  const looked = new Map<string, Promise<boolean>>()
  return (digest) => {
    const known = looked.get(digest) ?? limiter.run(() => look(digest))
    looked.set(digest, known)
    return known
  }
}
