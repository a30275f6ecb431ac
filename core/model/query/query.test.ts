import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareVersions } from '../version.ts'
import { matchesQuery } from './match-query.ts'
import { parseQuery } from './parse-query.ts'
import { printQuery } from './print-query.ts'
import type { Subject } from './query.ts'
import { anyQuery, anySubject } from './samples.ts'
import { orderVersions, versionOrder } from './version-order.ts'

const device: Subject = {
  id: 'f00d',
  product: 'gateway',
  version: '3.1.0',
  hardware: 'gw-mk2',
  status: 'idle',
  identity: { serial: 'A1' },
  attributes: { iface: ['eth0', 'wlan0'], kernel: '6.6.9', none: [] },
  labels: { site: 'Oslo east', ring: '1' },
}

describe('a query', () => {
  it.each([
    ['all', true],
    ['product = gateway', true],
    ['product != gateway', false],
    ['version = 3.1', false],
    ['version >= 3.1 and version < 4', true],
    ['version > 3.1.0-rc.1', true],
    ['version < nonsense', false],
    ['not version < nonsense', true],
    ['hardware in (gw-mk1, gw-mk2)', true],
    ['hardware ~ gw-*', true],
    ['hardware ~ *MK*', false],
    ['hardware ~ gw', false],
    ['identity.serial = A1', true],
    ['attribute.iface = wlan0', true],
    ['attribute.iface = wlan1 or attribute.kernel >= 6.2', true],
    ['has attribute.none', true],
    ['attribute.none = ""', false],
    ['attribute.toString ~ *', false],
    ['label.site = "Oslo east"', true],
    ['label."site" ~ "* east"', true],
    ['label.absent != x', true],
    ['not has label.absent and (status = idle or status = error)', true],
    ['status = error and status = idle or id = f00d', true],
    ['status = error and (status = idle or id = f00d)', false],
  ])('%s', (text, expected) => {
    expect(matchesQuery(parseQuery(text), device)).toBe(expected)
  })

  it.each([
    ['', 1, 'a field (id, product', 'the end'],
    ['colour = red', 1, 'a field (id, product', '"colour"'],
    ['label = red', 1, 'label.KEY', '"label"'],
    ['label. site = x', 8, 'a key right behind label.', '"site"'],
    ['has version', 5, 'identity.KEY, attribute.KEY or label.KEY', '"version"'],
    ['version 3', 9, '=, !=, ~, <, <=, >, >= or in', '"3"'],
    ['version =', 10, 'a value', 'the end'],
    ['version = and', 11, 'a value', '"and"'],
    ['status = idle version = 3', 15, 'and, or, or the end', '"version"'],
    ['(status = idle', 15, ') or more of the list', 'the end'],
    ['status in idle', 11, '(', '"idle"'],
    ['status in (idle error)', 17, ') or more of the list', '"error"'],
    ['status = "idle', 10, 'a text in double quotes that ends', 'one that does not'],
    ['status = "\\ud800"', 10, 'whole characters without NUL', '"\\ud800"'],
    ['status = "\\x"', 10, 'a text with the escapes of JSON', '"\\"\\\\x\\""'],
    ['status = \ud800', 10, 'whole characters', 'half of one'],
    ['status & idle', 8, 'a word, a text in double quotes or a sign', '"&"'],
    [`${'('.repeat(40)}all`, 34, 'at most 32 levels of parentheses and not', '"("'],
    [`id = ${'x'.repeat(5000)}`, 4097, 'at most 4096 characters', '5005 of them'],
  ])('that is wrong says where, what was expected and what came: %s', (text, position, expected, came) => {
    const wrong = { name: 'QueryError', position, expected: expect.stringContaining(expected), came }
    expect(() => parseQuery(text)).toThrow(expect.objectContaining(wrong))
  })

  it('reads what it prints', () => {
    fc.assert(
      fc.property(anyQuery, (query) => {
        expect(parseQuery(printQuery(query))).toEqual(query)
      }),
      { numRuns: 500 },
    )
  })

  it('is told apart from its opposite by every subject', () => {
    fc.assert(
      fc.property(anyQuery, anySubject, (query, subject) => {
        const some = { id: 'x', ...subject }
        expect(matchesQuery({ is: 'not', of: query }, some)).toBe(!matchesQuery(query, some))
      }),
    )
  })

  it('of any text is read or refused, never anything else', () => {
    const piece = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('and', 'label.x', '=', '(', ')', '"', 'not'))
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        try {
          parseQuery(pieces.join(' '))
        } catch (error) {
          expect(error).toMatchObject({ name: 'QueryError' })
        }
      }),
    )
  })
})

describe('the order of versions', () => {
  it('is that of SemVer where that applies', () => {
    const number = fc.nat(30)
    const identifier = fc.oneof(fc.nat(30).map(String), fc.constantFrom('rc', 'alpha', 'x-1', '-'))
    const semver = fc
      .tuple(number, number, number, fc.array(identifier, { maxLength: 3 }))
      .map(([x, y, z, pre]) => `${x}.${y}.${z}${pre.length > 0 ? `-${pre.join('.')}` : ''}`)
    fc.assert(
      fc.property(semver, semver, (one, other) => {
        expect(Math.sign(orderVersions(one, other) ?? NaN)).toBe(Math.sign(compareVersions(one, other) ?? NaN))
      }),
    )
  })

  it('takes fewer and more numbers, and refuses what is no version', () => {
    expect(orderVersions('3', 'v3.0.0')).toBe(0)
    expect(orderVersions('3.1', '3.0.9')).toBeGreaterThan(0)
    expect(orderVersions('2026.11.22.2', '2026.11.22.10')).toBeLessThan(0)
    expect(['', 'x', '1.2.3.4.5', '1..2', '1.2-', `${'1'.repeat(19)}`].map(versionOrder)).toEqual(
      Array(6).fill(undefined),
    )
  })
})
