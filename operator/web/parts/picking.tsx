import { useCallback, useState } from 'react'

/** Which of a list are picked, by id. */
export interface Picking {
  picked: ReadonlySet<string>
  flip: (id: string, on: boolean) => void
  pick: (ids: readonly string[]) => void
}

export function usePicking(): Picking {
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set())
  const flip = useCallback((id: string, on: boolean): void => {
    setPicked((before) => {
      const after = new Set(before)
      if (on) after.add(id)
      else after.delete(id)
      return after
    })
  }, [])
  const pick = useCallback((ids: readonly string[]): void => setPicked(new Set(ids)), [])
  return { picked, flip, pick }
}

/** A row that can be picked. */
export function Pickable(given: { id: string; name: string; picking: Picking; children: React.ReactNode }) {
  const { id, name, picking, children } = given
  return (
    <div className="picked">
      <input
        type="checkbox"
        aria-label={`Pick ${name}`}
        checked={picking.picked.has(id)}
        onChange={(event) => picking.flip(id, event.target.checked)}
      />
      {children}
    </div>
  )
}

/** The head of such rows: picks all that were read, or none. */
export function PickAll(given: { ids: readonly string[]; many: string; picking: Picking; children: React.ReactNode }) {
  const { ids, many, picking, children } = given
  const every = picking.picked.size > 0 && picking.picked.size >= ids.length
  return (
    <div className="picked">
      <input
        type="checkbox"
        aria-label={`Pick all ${many} that were read`}
        checked={every}
        onChange={() => picking.pick(every ? [] : ids)}
      />
      {children}
    </div>
  )
}
