import { describe, expect, it } from 'vitest'
import { foreign } from './guard.ts'

describe('the local API', () => {
  it.each([
    ['a program', { host: 'localhost:8080' }],
    ['a program that names the address', { host: '127.0.0.1:8080' }],
    ['a program on IPv6', { host: '[::1]:8080' }],
    ['HTTP/1.0', {}],
    ['a page of its own', { host: 'localhost:8080', origin: 'http://localhost:8080', 'sec-fetch-site': 'same-origin' }],
  ])('lets %s in', (_, headers) => expect(foreign(headers)).toBeUndefined())

  it.each([
    ['a cross-site request', { host: 'localhost:8080', origin: 'https://evil.test' }],
    ['a page without an origin', { host: 'localhost:8080', origin: 'null' }],
    ['another port of this machine', { host: 'localhost:8080', origin: 'http://localhost:3000' }],
    ['an image or a form of a page', { host: 'localhost:8080', 'sec-fetch-site': 'cross-site' }],
    ['a name that was rebound', { host: 'evil.test:8080' }],
    [
      'a rebound page that is its own origin',
      { host: 'evil.test:8080', origin: 'http://evil.test:8080', 'sec-fetch-site': 'same-origin' },
    ],
  ])('keeps %s out', (_, headers) => expect(foreign(headers)).toMatch(/^expected /))
})
