/** Turns a text into one that nobody reads without the key, and back. */
export interface Seal {
  close(text: string): string
  /** @throws where it was closed with another key, or changed since */
  open(sealed: string): string
}

const mark = 'sealed:1:'

/** As a secret is kept. What is sealed already stays as it is. */
export function sealed(seal: Seal, secret: string): string {
  return secret.startsWith(mark) ? secret : mark + seal.close(secret)
}

/** The secret; undefined where it was sealed with another key. What was kept as it is comes back so. */
export function unsealed(seal: Seal, kept: string): string | undefined {
  if (!kept.startsWith(mark)) return kept
  try {
    return seal.open(kept.slice(mark.length))
  } catch {
    return undefined
  }
}
