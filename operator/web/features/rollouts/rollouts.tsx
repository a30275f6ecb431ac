import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ask, useFleet } from '../../live/fleet.tsx'
import { Answered, Empty } from '../../parts/nothing.tsx'
import { Page } from '../../parts/page.tsx'
import { RolloutCard } from './rollout-card.tsx'

/** Every rollout, newest first, with how far it is. */
export function Rollouts() {
  const { client } = useFleet()
  const question = useQuery(ask.rollouts(client))
  return (
    <Page title="Rollouts" lead="Which package goes to whom, and how far it is.">
      <Answered of={question}>
        {(rollouts) =>
          rollouts.length === 0 ? (
            <Empty title="Nothing was rolled out yet">
              Choose a package on <Link to="/packages">Packages</Link> and roll it out.
            </Empty>
          ) : (
            <div className="cards">
              {rollouts.map((rollout) => (
                <RolloutCard key={rollout.id} rollout={rollout} />
              ))}
            </div>
          )
        }
      </Answered>
    </Page>
  )
}
