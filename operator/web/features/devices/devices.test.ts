import { matchesQuery, parseQuery } from '@windlass/model'
import type { AttemptRecord, DeviceDetail } from '@windlass/wire/operator'
import { describe, expect, it } from 'vitest'
import { statusMeaning } from '../../live/meaning.ts'
import { readQuery } from '../../parts/query-box.tsx'
import { deviceParts } from './device-shares.ts'
import { retryEach } from './retry-each.ts'

describe('the parts of all devices', () => {
  it('are found by their queries: each status by the part it is counted in, and by no other', () => {
    const device = { id: 'i', product: 'p', version: '1', hardware: 'h', identity: {}, attributes: {}, labels: {} }
    for (const status of ['idle', 'downloading', 'rebooting', 'updated', 'rolled_back', 'error', 'a word of tomorrow'])
      for (const { meaning, query } of deviceParts)
        expect(matchesQuery(parseQuery(query), { ...device, status }), `${status}: ${query}`).toBe(
          statusMeaning(status) === meaning,
        )
  })
})

describe('a query that is being written', () => {
  it('is nothing, a query, or off at a place', () => {
    expect(readQuery('  ').is).toBe('empty')
    expect(readQuery('version < 3.2').is).toBe('query')
    expect(readQuery('version ? 3')).toMatchObject({ is: 'off', error: { position: 9 } })
  })
})

describe('letting many devices try once more', () => {
  it('allows what failed or was taken back and is not allowed yet, and says how many had nothing', async () => {
    const attempts = (state: AttemptRecord['state'], retry = false) =>
      ({ attempts: [{ package: 'p', state, retry }] }) as unknown as DeviceDetail
    const known: Record<string, DeviceDetail> = {
      a: attempts('failed'),
      b: attempts('rolled_back'),
      c: attempts('failed', true),
      d: attempts('updated'),
    }
    const asked: string[] = []
    const client = {
      device: async (id: string) => known[id] as DeviceDetail,
      retry: async (id: string) => {
        asked.push(id)
        return known[id] as DeviceDetail
      },
    }
    expect(await retryEach(client, Object.keys(known), () => undefined)).toEqual({ done: 4, allowed: 2, needless: 2 })
    expect(asked.toSorted()).toEqual(['a', 'b'])
  })
})
