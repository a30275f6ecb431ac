import { expect, it } from 'vitest'
import { isPublic } from './addresses.ts'

const inside = [
  '127.0.0.1',
  '10.1.2.3',
  '172.31.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '0.0.0.0',
  '100.64.0.1',
  '255.255.255.255',
]
const inside6 = [
  '::1',
  '::',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  'fe80::1',
  'fd00::1',
  'ff02::1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
]
const outside = ['8.8.8.8', '172.32.0.1', '192.169.0.1', '100.128.0.1', '2606:4700:4700::1111']

it.each(inside.concat(inside6))('%s is not of the open net', (address) => {
  expect(isPublic(address)).toBe(false)
})

it.each(outside)('%s is of the open net', (address) => {
  expect(isPublic(address)).toBe(true)
})
