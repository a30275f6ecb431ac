import { describe, expect, it } from 'vitest'
import { BlobTickets } from './blob-tickets.ts'

const digest = `sha256:${'a'.repeat(64)}`
const dayMs = 24 * 3600 * 1000

function ticketsAt(start: number, secret = 'secret') {
  let now = start
  const tickets = new BlobTickets(Buffer.from(secret), () => now)
  return { tickets, pass: (ms: number) => (now += ms) }
}

const queryOf = (url: string) => Object.fromEntries(new URL(url).searchParams)

describe('the address of a blob', () => {
  it('holds for a day, in every process that has the secret', () => {
    const { tickets, pass } = ticketsAt(1000)
    const url = tickets.urlOf('https://fleet.example', digest, 'boat 1')
    expect(new URL(url).pathname).toBe(`/blobs/sha256/${'a'.repeat(64)}`)
    expect(ticketsAt(2000).tickets.flawOf(digest, queryOf(url))).toBeUndefined()
    pass(dayMs - 1)
    expect(tickets.flawOf(digest, queryOf(url))).toBeUndefined()
    pass(1)
    expect(tickets.flawOf(digest, queryOf(url))).toContain('held until 1970-01-02T00:00:01.000Z')
  })

  it('is good for nothing else', () => {
    const { tickets } = ticketsAt(1000)
    const query = queryOf(tickets.urlOf('', digest, 'boat-1').replace('/', 'https://fleet.example/'))
    const wrong = 'expected an address that this fleet gave'
    expect(tickets.flawOf(`sha256:${'b'.repeat(64)}`, query)).toBe(wrong)
    expect(tickets.flawOf(digest, { ...query, unit: 'boat-2' })).toBe(wrong)
    expect(tickets.flawOf(digest, { ...query, until: '9999999999999' })).toBe(wrong)
    expect(tickets.flawOf(digest, {})).toBe(wrong)
    expect(ticketsAt(1000, 'another').tickets.flawOf(digest, query)).toBe(wrong)
  })
})
