/** One field of a protobuf message, of the two kinds that the dictionary has. */
export type Field = { number: number; value: number } | { number: number; value: Uint8Array }

/** Fields in the order they stand. @throws RangeError when it is no protobuf message */
export function* fieldsOf(message: Uint8Array): Generator<Field> {
  for (let at = 0; at < message.length; ) {
    const tag = varint(message, at)
    const number = Math.floor(tag.value / 8)
    const content = varint(message, tag.end)
    at = content.end
    const kind = tag.value % 8
    if (kind === 0) {
      yield { number, value: content.value }
    } else if (kind === 2) {
      at += content.value
      if (at > message.length) throw new RangeError(`field ${number} ends behind its message`)
      yield { number, value: message.subarray(content.end, at) }
    } else {
      throw new RangeError(`field ${number} is of kind ${kind}`)
    }
  }
}

/** Packed or not: writers may do either. */
export function* numbersOf({ value }: Field): Generator<number> {
  if (typeof value === 'number') yield value
  else {
    for (let at = 0; at < value.length; ) {
      const one = varint(value, at)
      yield one.value
      at = one.end
    }
  }
}

function varint(bytes: Uint8Array, from: number): { value: number; end: number } {
  let value = 0
  let factor = 1
  for (let at = from; ; at++) {
    const byte = bytes[at]
    if (byte === undefined) throw new RangeError('a number ends behind its message')
    value += (byte & 0x7f) * factor
    if (value > Number.MAX_SAFE_INTEGER) throw new RangeError('a number is too large')
    if (byte < 0x80) return { value, end: at + 1 }
    factor *= 128
  }
}
