/** What a value means: how to say it, and how to read it; undefined when it is not that. */
export interface Kind<T> {
  expected: string
  read(value: unknown): T | undefined
}

export const text: Kind<string> = {
  expected: 'a text',
  read: (value) => (typeof value === 'string' && value !== '' ? value : undefined),
}

/** Also as the words that variables and flags can say. */
export const flag: Kind<boolean> = {
  expected: 'true or false',
  read: (value) =>
    value === true || value === 'true' ? true : value === false || value === 'false' ? false : undefined,
}

/** Also as digits. Both ends belong to it. */
export function whole(min: number, max: number): Kind<number> {
  return {
    expected: `a whole number from ${min} to ${max}`,
    read: (value) => {
      const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value
      return typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max
        ? number
        : undefined
    },
  }
}

export function oneOf<const T extends string>(...names: readonly T[]): Kind<T> {
  return { expected: `one of ${names.join(', ')}`, read: (value) => names.find((name) => name === value) }
}

export const httpUrl: Kind<URL> = {
  expected: 'an http or https address',
  read: (value) => {
    const url = typeof value === 'string' ? URL.parse(value) : null
    return url && /^https?:$/.test(url.protocol) ? url : undefined
  },
}

export function listOf<T>(kind: Kind<T>): Kind<T[]> {
  return {
    expected: `a list, each ${kind.expected}`,
    read: (value) => {
      if (!Array.isArray(value)) return undefined
      const items = value.map((item) => kind.read(item)).filter((item) => item !== undefined)
      return items.length === value.length ? items : undefined
    },
  }
}
