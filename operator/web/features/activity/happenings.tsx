import { Link } from '@tanstack/react-router'
import type { Happening } from '../../live/happening.ts'
import { Mark } from '../../parts/mark.tsx'
import { Moment } from '../../parts/moment.tsx'

/** Events as a list, newest first; what they concern is a link. */
export function Happenings({ list }: { list: readonly Happening[] }) {
  return (
    <ol className="timeline" aria-label="Events">
      {list.map((one, index) => (
        <li key={`${list.length - index}`}>
          <span className="note number">
            <Moment at={one.at} />
          </span>
          <div>
            <About about={one.about} />{' '}
            <Mark meaning={one.meaning} long>
              {one.what}
            </Mark>
          </div>
        </li>
      ))}
    </ol>
  )
}

function About({ about }: Pick<Happening, 'about'>) {
  if (!about) return null
  const { page, id } = about
  switch (page) {
    case 'device':
      return (
        <Link to="/devices/$id" params={{ id }}>
          device {id.slice(0, 8)}
        </Link>
      )
    case 'unit':
      return (
        <Link to="/units/$id" params={{ id }}>
          unit {id}
        </Link>
      )
    case 'rollout':
      return (
        <Link to="/rollouts/$id" params={{ id }}>
          rollout {id}
        </Link>
      )
    case 'unit rollout':
      return (
        <Link to="/unit-rollouts/$id" params={{ id }}>
          rollout {id} of a release
        </Link>
      )
    case 'packages':
      return <Link to="/packages">package {id.slice(0, 8)}</Link>
  }
}
