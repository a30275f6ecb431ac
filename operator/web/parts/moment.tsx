import { useNow } from '../live/fleet.tsx'
import { agoText } from '../live/quantities.ts'

/** How long ago; the exact time where it is pointed at. */
export function Moment({ at }: { at: string }) {
  const now = useNow()
  return (
    <time dateTime={at} title={new Date(at).toLocaleString()}>
      {agoText(now - Date.parse(at))}
    </time>
  )
}

/** A digest by its first digits. */
export function Short({ digest }: { digest: string }) {
  return <code title={digest}>{digest.replace(/^sha256:/, '').slice(0, 12)}</code>
}
