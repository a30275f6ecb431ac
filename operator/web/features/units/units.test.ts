import { gzipSync } from 'node:zlib'
import type { LogPartRecord, UnitDetail, UnitMeasurement } from '@windlass/wire/operator'
import { describe, expect, it } from 'vitest'
import { alertText } from './alert-text.ts'
import { logText, nodeLogs } from './log-text.ts'
import { samplesOf } from './measured.ts'
import { passedTo, stateOfUnit, unitMachine } from './unit-machine.ts'

const at = '2026-11-22T08:00:00.000Z'

describe("a unit's update", () => {
  type Told = Parameters<typeof stateOfUnit>[0]
  const told = (states: string[], instances: string[], standing: Told['standing'] = 'on_the_way'): Told => ({
    standing,
    items: states.map((state) => ({ itemId: 'a', version: '1.0.0', state, error: null })),
    instances: instances.map((state) => ({ state }) as UnitDetail['instances'][number]),
  })

  it('is where its slowest item is, then where its instances are', () => {
    expect(stateOfUnit(told(['downloading', 'pending'], []))).toBe('downloading')
    expect(stateOfUnit(told(['installed', 'pending'], ['activating']))).toBe('pending')
    expect(stateOfUnit(told(['installed'], ['active', 'activating']))).toBe('activating')
  })

  it('is nowhere before it begins, and once it is over', () => {
    expect(stateOfUnit(told([], []))).toBe('none')
    expect(stateOfUnit(told(['pending'], [], 'failed'))).toBe('none')
    expect([...passedTo('none', 'arrived')]).toHaveLength(6)
    expect([...passedTo('installing', 'on_the_way')]).toEqual(['downloading', 'pending'])
  })

  it('has a place for every state of the table', () => {
    expect(Object.keys(unitMachine.stands).toSorted()).toEqual(unitMachine.states.toSorted())
  })
})

describe('what a node measured', () => {
  it('is by time, each once, without what has another shape', () => {
    const message = (...usages: object[]): UnitMeasurement => ({
      at,
      nodes: [
        { nodeId: 'n', usages },
        { nodeId: 'other', usages: [{ timeMs: 9, cpu: 9, ram: 9 }] },
      ],
      instances: [],
    })
    const news = [
      message({ timeMs: 2, cpu: 5, ram: 6 }),
      message({ timeMs: 1, cpu: 3, ram: 4 }),
      message({ timeMs: 2, cpu: 5, ram: 6 }),
    ]
    expect(samplesOf([...news, message({ cpu: 'hot' })], 'n')).toEqual([
      { timeMs: 1, cpu: 3, ram: 4 },
      { timeMs: 2, cpu: 5, ram: 6 },
    ])
  })
})

describe('an alert', () => {
  it('says who, what and how bad', () => {
    const alert = {
      kind: 'node',
      nodeId: 'bridge',
      alert: { kind: 'system_quota', parameter: 'ram', value: 3e9, status: 'raise' },
    }
    expect(alertText({ alert })).toEqual({ who: 'bridge', what: 'ram is above its limit: 3.0 GB', meaning: 'held' })
  })

  it('of a kind nobody knows is shown by its name', () => {
    expect(alertText({ alert: { kind: 'flood' } })).toEqual({ who: 'the unit', what: 'flood', meaning: 'held' })
  })
})

describe('a log in parts', () => {
  const part = (nodeId: string, n: number, given: Partial<LogPartRecord> = {}): LogPartRecord => ({
    at,
    request: 'r',
    nodeId,
    part: n,
    partCount: 2,
    status: 'ok',
    gzip: gzipSync(`${nodeId} ${n}\n`).toString('base64'),
    error: null,
    ...given,
  })

  it('is put together by node and in order, and says what is missing', async () => {
    const logs = nodeLogs([part('b', 2), part('a', 1), part('b', 1), part('c', 1, { request: 'another' })], 'r')
    expect(logs.map(({ nodeId, missing }) => [nodeId, missing])).toEqual([
      ['a', 1],
      ['b', 0],
    ])
    expect(await logText(logs[1]?.parts ?? [])).toBe('b 1\nb 2\n')
  })

  it('says why a part is no log', async () => {
    expect(await logText([part('a', 1, { status: 'error', error: 'no such node', gzip: '' })])).toBe('(no such node)\n')
  })
})
