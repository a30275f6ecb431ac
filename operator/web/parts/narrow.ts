import { useSyncExternalStore } from 'react'

const query = '(max-width: 760px)'

/** Whether the screen is a phone's; follows when it is turned. */
export function useNarrow(): boolean {
  return useSyncExternalStore(watch, () => window.matchMedia(query).matches)
}

function watch(tell: () => void): () => void {
  const list = window.matchMedia(query)
  list.addEventListener('change', tell)
  return () => list.removeEventListener('change', tell)
}
