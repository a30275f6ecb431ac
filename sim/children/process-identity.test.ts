import { describe, expect, it } from 'vitest'
import { identityOf, isAlive, readStat } from './process-identity.ts'

describe('a process', () => {
  it('is itself', async () => {
    const self = await identityOf(process.pid)
    expect(self).toBeDefined()
    expect(self && (await isAlive(self))).toBe(true)
  })

  it('is not the one that had its number before, nor one of another run of the kernel', async () => {
    const self = await identityOf(process.pid)
    expect(self && (await isAlive({ ...self, started: '1' }))).toBe(false)
    expect(self && (await isAlive({ ...self, boot: 'another' }))).toBe(false)
  })

  it('is known by its start whatever its name', () => {
    const rest = ['S', ...Array.from({ length: 18 }, (_, i) => i), '4711', 'more'].join(' ')
    expect(readStat(`12 (a) b (c)) ${rest}`)).toEqual({ state: 'S', started: '4711' })
  })
})
