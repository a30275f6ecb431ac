import { useLive } from '../../live/fleet.tsx'
import { Empty } from '../../parts/nothing.tsx'
import { Page } from '../../parts/page.tsx'
import { Happenings } from './happenings.tsx'

/** What happened since the console was opened. */
export function Activity() {
  const { happenings } = useLive()
  return (
    <Page title="Activity" lead="What happens in the fleet, as it happens, since this console was opened.">
      {happenings.length > 0 ? (
        <Happenings list={happenings} />
      ) : (
        <Empty title="Nothing happened yet">
          It appears here by itself. What a device said earlier is on its page.
        </Empty>
      )}
    </Page>
  )
}
