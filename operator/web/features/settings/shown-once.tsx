/** A secret that the fleet shows only now. */
export function ShownOnce({ what, secret }: { what: string; secret: string }) {
  return (
    <div className="once" role="status">
      <p>
        <b>{what}</b> is shown only now:
      </p>
      <code>{secret}</code>
      <button type="button" className="small" onClick={() => void navigator.clipboard?.writeText(secret)}>
        Copy
      </button>
    </div>
  )
}
