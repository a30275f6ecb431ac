import { describe, expect, it } from 'vitest'
import { compareVersions, parseVersion } from './version.ts'

describe('versions', () => {
  const rising = [
    '0.9.9',
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '1.0.1',
    '1.10.0',
    '2.0.0',
  ]

  it.each(rising.slice(1).map((newer, n) => [rising[n] ?? '', newer]))('%s is older than %s', (older, newer) => {
    expect(compareVersions(older, newer)).toBeLessThan(0)
    expect(compareVersions(newer, older)).toBeGreaterThan(0)
    expect(compareVersions(newer, newer)).toBe(0)
  })

  it('build metadata does not count', () => {
    expect(compareVersions('1.0.0+a', '1.0.0+b')).toBe(0)
  })

  it.each(['', '1', '1.0', '1.0.0.0', 'v1.0.0', '1.0.0-', 'broken-version'])('%o is no version', (text) => {
    expect(parseVersion(text)).toBeUndefined()
    expect(compareVersions(text, '1.0.0')).toBeUndefined()
  })
})
