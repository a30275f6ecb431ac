import { expect, it } from 'vitest'
import {
  decodeDiscoveryAnswer,
  decodeDiscoveryRequest,
  encodeDiscoveryAnswer,
  encodeDiscoveryRequest,
} from './discovery.ts'

it('a question and its answer come back', () => {
  const asked = { systemId: 'unit-77', supportedProtocols: ['wss'] }
  expect(encodeDiscoveryRequest(asked)).toBe('{"version":7,"systemId":"unit-77","supportedProtocols":["wss"]}')
  expect(decodeDiscoveryRequest(encodeDiscoveryRequest(asked))).toEqual(asked)
  for (const outcome of ['no_error', 'redirect', 'repeat_later', 'error'] as const) {
    const answer = { systemId: 'u', outcome, nextRequestDelayMs: 9, connectionInfo: ['wss://a'], authToken: 't' }
    expect(decodeDiscoveryAnswer(encodeDiscoveryAnswer(answer))).toEqual(answer)
  }
})

it('an answer without a word of errors is a good one', () => {
  expect(decodeDiscoveryAnswer('{"connectionInfo": ["wss://a"]}')).toMatchObject({
    outcome: 'no_error',
    connectionInfo: ['wss://a'],
  })
})

it('another version and an unknown code are refused', () => {
  expect(() => decodeDiscoveryAnswer('{"version": 6}')).toThrow('expected version 7, got 6')
  expect(() => decodeDiscoveryAnswer('{"errorCode": 9}')).toThrow('errorCode')
})
