/**
 * Which bytes a Range header asks for, of a body of `size` (RFC 9110 section 14): single ranges only. Undefined where the
 * header is to be passed over (several ranges, other units, what cannot be read), which gives the whole body; `beyond`
 * where no byte of it is there. Both ends belong to the range.
 */
export function byteRange(
  header: string | undefined,
  size: number,
): { first: number; last: number } | 'beyond' | undefined {
  const found = /^bytes\s*=\s*(\d{0,15})\s*-\s*(\d{0,15})\s*$/i.exec(header ?? '')
  const [, from = '', to = ''] = found ?? []
  if (from === '' && to === '') return undefined
  if (from === '')
    return Number(to) === 0 || size === 0 ? 'beyond' : { first: Math.max(size - Number(to), 0), last: size - 1 }
  if (to !== '' && Number(to) < Number(from)) return undefined
  if (Number(from) >= size) return 'beyond'
  return { first: Number(from), last: to === '' ? size - 1 : Math.min(Number(to), size - 1) }
}
