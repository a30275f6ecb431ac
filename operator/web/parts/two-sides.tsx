interface Given {
  onSend: () => void
  children: React.ReactNode
}

/** A form that is sent by us, never by the browser: what is asked for on the left, what comes of it beside. */
export function TwoSides({ onSend, children }: Given) {
  return (
    <form
      className="grid uneven"
      onSubmit={(event) => {
        event.preventDefault()
        onSend()
      }}
    >
      {children}
    </form>
  )
}
