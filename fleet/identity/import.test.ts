import { describe, expect, it } from 'vitest'
import { deviceId } from './device-id.ts'
import { readImport } from './import.ts'

describe('a table of devices', () => {
  it('is read with its labels; empty cells say nothing', () => {
    const text = '\ufeffidentity.serial,identity.mac,label.site\r\nA1,,"Oslo, east"\r\n\r\n B2 ,00:11,\r\n'
    expect(readImport(text)).toEqual({
      approvals: [
        { device: deviceId({ serial: 'A1' }), identity: { serial: 'A1' }, labels: { site: 'Oslo, east' } },
        { device: deviceId({ serial: 'B2', mac: '00:11' }), identity: { serial: 'B2', mac: '00:11' }, labels: {} },
      ],
    })
  })

  it.each([
    ['', ['expected a line of headings and one for each device, got none']],
    ['identity.serial\n', ['expected a line of headings and one for each device, got none']],
    [
      'serial,label.a b\nA1,x\n',
      [
        'line 1: expected identity.KEY or label.KEY, got "serial"',
        'line 1: expected identity.KEY or label.KEY, got "label.a b"',
        'line 1: expected an identity.KEY, got none',
      ],
    ],
    ['identity.a,identity.a\n1,2\n', ['line 1: expected each heading once']],
    [
      `identity.serial,label.site\nA1,x\nA1,y\n,z\nB2\nC3,${'x'.repeat(257)}\nD4,\0\n`,
      [
        'line 3: expected each device once, got that of line 2 again',
        'line 4: expected at least one part of an identity, got none',
        'line 5: expected 2 cells, got 1',
        'line 6: label.site: expected at most 256 characters, got 257',
        'line 7: expected whole characters without NUL',
      ],
    ],
  ])('%j is refused, line by line', (text, errors) => {
    expect(readImport(text)).toEqual({ errors })
  })

  it('that is no table says so', () => {
    expect(readImport('identity.serial\n"A1\nB2\n')).toMatchObject({ errors: [expect.stringMatching(/RFC 4180/)] })
  })

  it('has at most 100,000 devices', () => {
    const text = `identity.serial\n${Array.from({ length: 100_001 }, (_, i) => `S${i}`).join('\n')}`
    expect(readImport(text)).toEqual({ errors: ['expected at most 100000 devices, got 100001'] })
  })
})
