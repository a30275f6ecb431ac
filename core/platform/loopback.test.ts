import { expect, it } from 'vitest'
import { isLoopbackAddress } from './loopback.ts'

it.each(['localhost:1', '127.0.0.1:8089', '127.9.9.9:1', '[::1]:8091'])('%s is this machine alone', (address) => {
  expect(isLoopbackAddress(address)).toBe(true)
})

it.each([
  ':8089',
  '0.0.0.0:1',
  '127.evil.example:1',
  'localhost.example:1',
  '[::]:1',
  '10.0.0.1:1',
  'localhost',
  '::1:1',
])('%s is not', (address) => {
  expect(isLoopbackAddress(address)).toBe(false)
})
