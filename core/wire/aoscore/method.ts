import type { Message } from './codec.ts'

/*
 * Remote procedures as @windlass/platform's Rpc wants them: the path, and how both directions become bytes. In streams, a
 * message that cannot be read arrives as a WireError in its place.
 */

export function callMethod<Ask, Answer>(path: string, ask: Message<Ask>, answer: Message<Answer>) {
  return {
    path,
    requestStream: false,
    responseStream: false,
    requestSerialize: ask.encode,
    requestDeserialize: ask.decode,
    responseSerialize: answer.encode,
    responseDeserialize: answer.decode,
  } as const
}

export function feedMethod<Ask, Answer>(path: string, ask: Message<Ask>, answer: Message<Answer>) {
  return { ...callMethod(path, ask, answer), responseStream: true } as const
}

export function streamMethod<Up, Down>(path: string, up: Message<Up>, down: Message<Down>) {
  return {
    path,
    requestStream: true,
    responseStream: true,
    requestSerialize: up.encode,
    requestDeserialize: up.receive,
    responseSerialize: down.encode,
    responseDeserialize: down.receive,
  } as const
}
