import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'

/**
 * A long list of which only what is seen is drawn. `more` is asked for when its end comes near.
 * `height`: of one row in pixels, where the screen is wide and where it is a phone's.
 */
export function Rows<T>(given: {
  label: string
  list: readonly T[]
  keyOf: (one: T) => string
  row: (one: T) => React.ReactNode
  more?: (() => unknown) | undefined
  height?: { wide: number; narrow: number }
}) {
  const { label, list, keyOf, row, more, height = { wide: 44, narrow: 72 } } = given
  const box = useRef<HTMLDivElement>(null)
  const narrow = window.matchMedia('(max-width: 700px)').matches
  const virtual = useVirtualizer({
    count: list.length,
    getScrollElement: () => box.current,
    estimateSize: () => (narrow ? height.narrow : height.wide),
    overscan: 12,
  })
  const shown = virtual.getVirtualItems()
  const last = shown.at(-1)?.index ?? 0
  useEffect(() => {
    if (more && last >= list.length - 20) more()
  }, [more, last, list.length])
  return (
    <div className="rows" ref={box} role="region" aria-label={label} tabIndex={0}>
      <ul style={{ height: virtual.getTotalSize() }}>
        {shown.map(({ index, start, size }) => {
          const one = list[index]
          if (one === undefined) return null
          return (
            <li key={keyOf(one)} style={{ height: size, transform: `translateY(${start}px)` }}>
              {row(one)}
            </li>
          )
        })}
      </ul>
    </div>
  )
}
