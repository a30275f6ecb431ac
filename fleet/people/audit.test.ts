import { describe, expect, it } from 'vitest'
import { checkChain, type Deed, type Entry, entryAfter } from './audit.ts'

const deed: Deed = {
  at: 1,
  kind: 'user',
  who: 'ada',
  from: '::1',
  action: 'POST /users',
  target: '/api/v1/users',
  made: 'bob',
  result: 201,
  code: null,
}

/** A log of so many entries, with something done to it behind its back. */
function tampered(count: number, change: (entries: Entry[]) => Entry[]) {
  const entries: Entry[] = []
  for (let i = 0; i < count; i += 1) entries.push(entryAfter(entries.at(-1), { ...deed, at: i }))
  const kept = change(entries)
  return { following: async (after: number, limit: number) => kept.filter(({ id }) => id > after).slice(0, limit) }
}

describe('the check of the audit log', () => {
  it.each<[string, (entries: Entry[]) => Entry[], number | null]>([
    ['nothing', (all) => all, null],
    ['another person in an entry', (all) => all.map((e) => (e.id === 1500 ? { ...e, who: 'bob' } : e)), 1500],
    ['an entry taken out', (all) => all.filter(({ id }) => id !== 1500), 1500],
    ['the first taken out', (all) => all.slice(1), 1],
    ['another time', (all) => all.map((e) => (e.id === 2500 ? { ...e, at: 7 } : e)), 2500],
  ])('finds %s', async (_what, change, brokenAt) => {
    expect((await checkChain(tampered(2500, change))).brokenAt).toBe(brokenAt)
  })
})
