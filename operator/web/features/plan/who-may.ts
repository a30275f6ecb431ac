import type { SessionRecord } from '@windlass/wire/operator'

/**
 * In whose names of those who are asked one may say yes: who signed in, in his own; where nobody has a name, in each, as the
 * fleet believes it.
 */
export function whoMay({ kind, name }: SessionRecord, by: readonly string[]): readonly string[] {
  return kind === 'user' ? by.filter((one) => one === name) : by
}
