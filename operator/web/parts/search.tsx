import { useEffect, useState } from 'react'

const restMs = 200

/** A search box that asks when the typing rests. `/` leads to it. */
export function Search({ label, onSearch }: { label: string; onSearch: (text: string) => void }) {
  const [text, setText] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => onSearch(text.trim()), restMs)
    return () => clearTimeout(timer)
  }, [text, onSearch])
  return (
    <input
      type="search"
      className="search"
      aria-label={label}
      placeholder={`${label}  /`}
      value={text}
      onChange={(event) => setText(event.target.value)}
    />
  )
}
