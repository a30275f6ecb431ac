import { useRef, useState } from 'react'

interface Given {
  what: string
  secret: string
  /** What is done with it. */
  children?: React.ReactNode
}

/** A secret that the fleet shows only now. */
export function ShownOnce({ what, secret, children }: Given) {
  const text = useRef<HTMLElement>(null)
  const [copied, setCopied] = useState<'no' | 'yes' | 'chosen'>('no')
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(secret)
      setCopied('yes')
    } catch {
      // Browsers keep the clipboard from pages that came neither over TLS nor from this machine.
      if (text.current) getSelection()?.selectAllChildren(text.current)
      setCopied('chosen')
    }
  }
  return (
    <div className="once" role="status">
      <p>
        <b>{what}</b> is shown only now:
      </p>
      <code ref={text}>{secret}</code>
      <button type="button" className="small" onClick={() => void copy()}>
        {{ no: 'Copy', yes: 'Copied', chosen: 'Chosen: copy it with the keyboard' }[copied]}
      </button>
      {children ? <p className="note">{children}</p> : null}
    </div>
  )
}
