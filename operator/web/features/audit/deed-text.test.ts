import { describe, expect, it } from 'vitest'
import { filterOf, queryOf } from './audit-filter.ts'
import { aboutOf, deedText } from './deed-text.ts'

describe('an entry of the audit log', () => {
  it('says what was done, and the route where it has no words', () => {
    expect(deedText('POST /rollouts/:id/pause')).toBe('paused a rollout')
    expect(deedText('POST /moon')).toBe('POST /moon')
  })

  it('leads to what it is about: by its address, or by what was made', () => {
    expect(aboutOf({ target: '/api/v1/rollouts', made: '7' })).toEqual({ page: 'rollout', id: '7' })
    expect(aboutOf({ target: '/api/v1/units/ferry%207/env', made: null })).toEqual({ page: 'unit', id: 'ferry 7' })
    expect(aboutOf({ target: '/api/v1/devices/import', made: null })).toEqual({ page: null, id: '' })
    expect(aboutOf({ target: '/api/v1/units/labels', made: null })).toEqual({ page: null, id: '' })
    expect(aboutOf({ target: '/api/v1/units/labels/labels', made: null })).toEqual({ page: 'unit', id: 'labels' })
    expect(aboutOf({ target: '/api/v1/users', made: 'anna' })).toEqual({ page: null, id: 'anna' })
    expect(aboutOf({ target: '/api/v1/session', made: null })).toEqual({ page: null, id: '' })
  })
})

describe('the filter of the audit page', () => {
  it('is what the address says, and nothing else', () => {
    expect(filterOf({ who: 'anna', only: 'refused', since: '', action: 4 })).toEqual({ who: 'anna', only: 'refused' })
    expect(filterOf({ only: 'everything' })).toEqual({})
  })

  it('asks the fleet for moments, from local times', () => {
    const since = '2026-11-22T08:00'
    expect(queryOf({ since, action: 'rollouts' })).toEqual({
      since: new Date(since).toISOString(),
      action: 'rollouts',
    })
    expect(queryOf({ until: 'yesterday' })).toEqual({})
  })
})
