import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { FleetError } from '../../fleet-error.ts'

/** Refuses what JSON and addresses can say and no text of a database holds: NUL, and halves of characters. @throws FleetError */
export async function refuseUnstorable({ params, query, body }: FastifyRequest): Promise<void> {
  if (![params, query, body].every(isStorable))
    throw new FleetError('request_invalid', 'expected texts of whole characters without NUL, got others')
}

// Without recursion: nothing bounds how deep a document nests.
function isStorable(document: unknown): boolean {
  const open = [document]
  while (open.length > 0) {
    const value = open.pop()
    if (typeof value === 'string' && (value.includes('\0') || !value.isWellFormed())) return false
    if (typeof value === 'object' && value !== null && !(value instanceof Readable))
      for (const pair of Object.entries(value)) open.push(...pair)
  }
  return true
}
