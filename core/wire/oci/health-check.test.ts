import { expect, it } from 'vitest'
import { decodeImageConfig, encodeImageConfig } from './index.ts'

const read = (Healthcheck: object) =>
  decodeImageConfig(new TextEncoder().encode(JSON.stringify({ config: { Healthcheck } })))

it('a health check is read as Docker writes it, with its defaults', () => {
  const times = { Interval: 5e9, Timeout: 2e9, StartPeriod: 1e9, Retries: 4 }
  const health = { command: ['ok', '-v'], intervalMs: 5000, timeoutMs: 2000, startPeriodMs: 1000, retries: 4 }
  expect(read({ Test: ['CMD', 'ok', '-v'], ...times }).health).toEqual(health)
  expect(read({ Test: ['CMD-SHELL', 'curl -f x'] }).health).toEqual({
    command: ['/bin/sh', '-c', 'curl -f x'],
    intervalMs: 30_000,
    timeoutMs: 30_000,
    startPeriodMs: 0,
    retries: 3,
  })
})

it('one that says nothing is none', () => {
  expect(read({ Test: ['NONE'] }).health).toBeUndefined()
  expect(read({}).health).toBeUndefined()
})

it('a health check comes back from its own encoding', () => {
  const image = read({ Test: ['CMD', 'ok'] })
  expect(decodeImageConfig(new TextEncoder().encode(encodeImageConfig(image)))).toEqual(image)
})
