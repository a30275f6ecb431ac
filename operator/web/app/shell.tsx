import { Link, Outlet, useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useLive } from '../live/fleet.tsx'
import { Mark } from '../parts/mark.tsx'
import { applyTheme, nextTheme, readTheme } from './theme.ts'

const places = [
  { to: '/', name: 'Overview', key: 'o' },
  { to: '/devices', name: 'Devices', key: 'd' },
  { to: '/units', name: 'Units', key: 'u' },
  { to: '/rollouts', name: 'Rollouts', key: 'r' },
  { to: '/packages', name: 'Packages', key: 'p' },
  { to: '/releases', name: 'Releases', key: 'l' },
  { to: '/activity', name: 'Activity', key: 'a' },
] as const

/** What surrounds every page: where one can go, whether what is shown is live, and the light. */
export function Shell({ signOut }: { signOut: (() => void) | null }) {
  useShortcuts()
  return (
    <div className="shell">
      <a className="skip" href="#page">
        To the page
      </a>
      <nav aria-label="Places">
        <Link to="/" className="brand">
          Windlass
        </Link>
        <ul>
          {places.map(({ to, name, key }) => (
            <li key={to}>
              <Link to={to} activeOptions={{ exact: to === '/' }} aria-keyshortcuts={`g ${key}`} title={`g ${key}`}>
                {name}
              </Link>
            </li>
          ))}
        </ul>
        <div className="nav-foot">
          <Line />
          <Light />
          {signOut ? (
            <button type="button" className="quiet" onClick={signOut}>
              Sign out
            </button>
          ) : null}
        </div>
      </nav>
      <main id="page">
        <Outlet />
      </main>
    </div>
  )
}

function Line() {
  const { connected } = useLive()
  return (
    <span role="status" className="line">
      <Mark meaning={connected ? 'done' : 'held'}>{connected ? 'live' : 'connecting'}</Mark>
    </span>
  )
}

function Light() {
  const [theme, setTheme] = useState(readTheme)
  useEffect(() => applyTheme(theme), [theme])
  return (
    <button
      type="button"
      className="quiet"
      onClick={() => setTheme(nextTheme(theme))}
      title="Light, dark, or as the system"
    >
      Light: {theme}
    </button>
  )
}

/** `g` and a letter goes to a page, `/` to its search box. */
function useShortcuts(): void {
  const navigate = useNavigate()
  useEffect(() => {
    let going = false
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      const place = going ? places.find(({ key }) => key === event.key) : undefined
      going = event.key === 'g'
      if (place) void navigate({ to: place.to })
      if (event.key !== '/') return
      event.preventDefault()
      document.querySelector<HTMLInputElement>('input[type=search]')?.focus()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [navigate])
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, select, textarea, dialog') !== null
}
