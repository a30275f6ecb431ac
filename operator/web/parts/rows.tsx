import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import { useNarrow } from './narrow.ts'

/**
 * A long list of which only what is seen is drawn. `head` names the columns. `more` is asked for when its end comes near.
 * `height`: of one row in pixels, where the screen is wide and where it is a phone's.
 */
export function Rows<T>(given: {
  label: string
  head?: React.ReactNode
  list: readonly T[]
  keyOf: (one: T) => string
  row: (one: T) => React.ReactNode
  more?: (() => unknown) | undefined
  height?: { wide: number; narrow: number }
}) {
  const { label, head, list, keyOf, row, more, height = { wide: 38, narrow: 62 } } = given
  const box = useRef<HTMLDivElement>(null)
  const narrow = useNarrow()
  const virtual = useVirtualizer({
    count: list.length,
    getScrollElement: () => box.current,
    estimateSize: () => (narrow ? height.narrow : height.wide),
    overscan: 12,
  })
  useEffect(() => virtual.measure(), [narrow, virtual])
  const shown = virtual.getVirtualItems()
  const last = shown.at(-1)?.index ?? 0
  useEffect(() => {
    if (more && last >= list.length - 20) more()
  }, [more, last, list.length])
  return (
    <>
      {head}
      <div className="rows" ref={box} role="region" aria-label={label} tabIndex={0}>
        <ul style={{ height: virtual.getTotalSize() }}>
          {shown.map(({ index, start, size }) => {
            const one = list[index]
            if (one === undefined) return null
            return (
              <li
                key={keyOf(one)}
                style={{ height: size, transform: `translateY(${start}px)` }}
                aria-setsize={list.length}
                aria-posinset={index + 1}
              >
                {row(one)}
              </li>
            )
          })}
        </ul>
      </div>
    </>
  )
}

/** The names above a list's columns. Each row says itself what it is: they are for the eye only. */
export function Columns({ className, names }: { className: string; names: readonly string[] }) {
  return (
    <div className={`row head ${className}`} aria-hidden="true">
      {names.map((name) => (
        <span key={name}>{name}</span>
      ))}
    </div>
  )
}
