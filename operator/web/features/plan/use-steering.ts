import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Steering } from './steer-buttons.tsx'

/** What is being asked about a rollout, and how what was done to it is seen at once. `key`: where the page has it from. */
export function useSteering(key: readonly [string, number]) {
  const queries = useQueryClient()
  const [asking, setAsking] = useState<Steering | null>(null)
  const after = async (done: Promise<unknown>): Promise<void> => {
    await done
    await queries.invalidateQueries({ queryKey: key })
  }
  return { asking, ask: setAsking, close: () => setAsking(null), after }
}
