import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'

/** How passwords are kept: never themselves. One at a time, so that many sign-ins cannot take the fleet's memory. */
export interface Passwords {
  /** What to keep: method, its numbers, salt and key, in one text. */
  hash(password: string): Promise<string>
  /** Takes as long when there is nothing to compare with, so that nobody learns which names there are. */
  matches(password: string, kept: string | null): Promise<boolean>
}

interface Cost {
  N: number
  r: number
  p: number
}

// 32 MiB and about a fifth of a second: one of the settings that OWASP's cheat sheet on password storage gives for scrypt.
const usualCost: Cost = { N: 2 ** 15, r: 8, p: 3 }
const keyBytes = 32

export function scryptPasswords(cost: Cost = usualCost): Passwords {
  let last: Promise<unknown> = Promise.resolve()
  const derive = (password: string, salt: Buffer, { N, r, p }: Cost, bytes: number): Promise<Buffer> => {
    const next = last.then(() => derived(password, salt, bytes, { N, r, p, maxmem: 256 * N * r + 2 ** 20 }))
    last = next.catch(() => undefined)
    return next
  }
  return {
    async hash(password) {
      const salt = randomBytes(16)
      return kept(cost, salt, await derive(password, salt, cost, keyBytes))
    },
    async matches(password, text) {
      const { cost: its, salt, key } = parsed(text) ?? { cost, salt: Buffer.alloc(16), key: null }
      const right = await derive(password, salt, its, key?.length ?? keyBytes)
      return key !== null && timingSafeEqual(right, key)
    },
  }
}

function kept({ N, r, p }: Cost, salt: Buffer, key: Buffer): string {
  return ['scrypt', N, r, p, salt.toString('base64url'), key.toString('base64url')].join('$')
}

function parsed(text: string | null): { cost: Cost; salt: Buffer; key: Buffer } | undefined {
  const [method, N, r, p, salt = '', key = ''] = (text ?? '').split('$')
  if (method !== 'scrypt') return undefined
  const cost = { N: Number(N), r: Number(r), p: Number(p) }
  return { cost, salt: Buffer.from(salt, 'base64url'), key: Buffer.from(key, 'base64url') }
}

function derived(password: string, salt: Buffer, bytes: number, options: ScryptOptions): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  // As one types it and as another keyboard sends it are the same password.
  scrypt(password.normalize('NFKC'), salt, bytes, options, (error, key) => (error ? reject(error) : resolve(key)))
  return promise
}
