import { WireError } from '../wire-error.ts'
import type { MessageFns } from './generated/servicemanager/v5/servicemanager.ts'

type Codec<T> = Pick<MessageFns<T>, 'encode' | 'decode'>

/** One message's bytes as a value of the model, and back. */
export interface Message<T> {
  encode(value: T): Buffer
  /** @throws WireError naming the first field that is off */
  decode(bytes: Uint8Array): T
  /** The same for streams, where a message that cannot be read must not end the stream. */
  receive(bytes: Uint8Array): T | Error
}

/** Joins the generated code of a message with its meaning. `name` is the message's, for errors. */
export function message<Wire, Value>(
  name: string,
  wire: Codec<Wire>,
  encode: (value: Value) => Wire,
  decode: (path: string, message: Wire) => Value,
): Message<Value> {
  const read = (bytes: Uint8Array) => decode(name, parse(name, wire, bytes))
  return {
    encode: (value) => Buffer.from(wire.encode(encode(value)).finish()),
    decode: read,
    receive(bytes) {
      try {
        return read(bytes)
      } catch (error) {
        if (error instanceof WireError) return error
        throw error
      }
    },
  }
}

function parse<Wire>(name: string, wire: Codec<Wire>, bytes: Uint8Array): Wire {
  try {
    return wire.decode(bytes)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new WireError('not_protobuf', `${name}: expected a protobuf message, got ${why}`, { cause })
  }
}
