import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { RolledBack, RolloutDetail } from '@windlass/wire/operator'
import { useFleet } from '../../live/fleet.tsx'
import { countText } from '../../live/quantities.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Panel } from '../../parts/page.tsx'

interface Given {
  rollout: RolloutDetail
  onBack: (done: RolledBack) => void
  onClose: () => void
}

/** Asks whether the devices that took it up are to be given what they ran before. */
export function RollBack({ rollout, onBack, onClose }: Given) {
  const { client } = useFleet()
  const queries = useQueryClient()
  const back = useMutation({
    mutationFn: () => client.rollBack(rollout.id),
    onSuccess: async (done) => {
      await queries.invalidateQueries({ queryKey: ['rollout', rollout.id] })
      await queries.invalidateQueries({ queryKey: ['rollouts'] })
      onBack(done)
      onClose()
    },
  })
  const { updated, updating } = rollout.counts
  return (
    <Dialog
      title={`Roll back rollout ${rollout.id}?`}
      confirm="Roll it back"
      danger
      busy={back.isPending}
      error={back.error}
      onConfirm={() => back.mutate()}
      onClose={onClose}
    >
      <p>
        It is aborted, and every device that took it up is given what it ran before, all at once:{' '}
        {countText(updated, 'device')} {updated === 1 ? 'runs' : 'run'} it, {updating.toLocaleString('en')} under way.
      </p>
      <p className="note">One new rollout for each version that they ran. Whoever ran one that is not here stays.</p>
    </Dialog>
  )
}

/** What came of a roll-back: the rollouts that take the devices back, and who is left. */
export function RollBackDone({ done: { rollouts, left } }: { done: RolledBack }) {
  return (
    <Panel title="Rolled back" note={countText(rollouts.length, 'new rollout')}>
      <ul className="plain">
        {rollouts.map(({ id, version, to }) => (
          <li key={id} className="line-item">
            <Link to="/rollouts/$id" params={{ id: String(id) }}>
              Rollout {id}: back to version {version}
            </Link>
            <Mark meaning="running">{'devices' in to ? countText(to.devices.length, 'device') : 'its product'}</Mark>
          </li>
        ))}
        {left.map(({ version, devices }) => (
          <li key={version} className="line-item">
            <span>
              {version === null ? 'Nobody knows what they ran' : `No package of version ${version} is here`}: they stay
            </span>
            <Mark meaning="held">{countText(devices, 'device')}</Mark>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
