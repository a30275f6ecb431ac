import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deviceId } from './device-id.ts'

describe('the id of a device', () => {
  it('S12 is the identity hash of the community server', () => {
    expect(deviceId({ serial: 'A1', mac: '02:00:5e:10:00:01' })).toBe(
      'd89350a063ed4c6f61ef8dad73e5b478490cce62b0e3ae2651c8413f6a88dca4',
    )
  })

  it('S12 escapes as Go does', () => {
    expect(deviceId({ id: 'a<b' })).toBe('45d896f8eea43d21a9087664783e36a75a3c61c34d2f188d4329927c18bdb0b5')
  })

  it('leaves what looks like an escape alone', () => {
    expect(deviceId({ id: '\\b' })).not.toBe(deviceId({ id: '\b' }))
    expect(deviceId({ id: '\\u003c' })).not.toBe(deviceId({ id: '<' }))
  })

  it('tells arrays from text and minds their order', () => {
    const ids = [{ a: 'x' }, { a: ['x'] }, { a: ['x', 'y'] }, { a: ['y', 'x'] }, { a: '["x"]' }].map(deviceId)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (identity) => {
        const turned = Object.fromEntries(Object.entries(identity).reverse())
        expect(deviceId(turned)).toBe(deviceId(identity))
      }),
    )
  })
})
