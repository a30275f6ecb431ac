import { useMutation } from '@tanstack/react-query'
import type { ProjectRecord } from '@windlass/wire/operator'
import { useFleet } from '../../live/fleet.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Trouble } from '../../parts/nothing.tsx'
import { addressOf, projectStates } from './project-text.ts'

interface Given {
  project: ProjectRecord
  onAdmitted: (made: { name: string; token: string }) => Promise<void>
  onRemove: () => void
}

/** One project: where it is, and how one gets in. What is inside is nobody's business here. */
export function ProjectCard({ project: { name, state, createdAt }, onAdmitted, onRemove }: Given) {
  const { client } = useFleet()
  const { meaning, text } = projectStates[state]
  const admit = useMutation({
    mutationFn: () => client.admitToProject(name),
    onSuccess: (token) => onAdmitted({ name, token }),
  })
  return (
    <article className="card" aria-label={`Project ${name}`}>
      <header>
        <h2>{name}</h2>
        <Mark meaning={meaning}>{text}</Mark>
      </header>
      <p>
        <code className="address">{addressOf(name)}</code>
        <span className="reason">
          made <Moment at={createdAt} />
        </span>
      </p>
      {admit.error ? <Trouble error={admit.error} /> : null}
      {state === 'ready' ? (
        <footer>
          <a className="button small" href={addressOf(name)}>
            Open its console
          </a>
          <button type="button" className="small" onClick={() => admit.mutate()} disabled={admit.isPending}>
            A new admin's token
          </button>
          <button type="button" className="small" onClick={onRemove} aria-label={`Remove ${name}`}>
            Remove
          </button>
        </footer>
      ) : null}
    </article>
  )
}
