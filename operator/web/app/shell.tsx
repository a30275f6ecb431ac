import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router'
import { useEffect, useMemo, useState } from 'react'
import { ask, useFleet, useLive } from '../live/fleet.tsx'
import { project } from '../live/project.ts'
import { Icon } from '../parts/icon.tsx'
import { Mark } from '../parts/mark.tsx'
import { mayHost } from './may-host.ts'
import { places } from './places.ts'
import { applyTheme, nextTheme, readTheme } from './theme.ts'

/** What surrounds every page: where one can go, whether what is shown is live, and the light. */
export function Shell({ signOut }: { signOut: (() => void) | null }) {
  useShortcuts()
  const { pathname } = useLocation()
  const [open, setOpen] = useState(false)
  useEffect(() => setOpen(false), [pathname])
  return (
    <div className="shell">
      <a className="skip" href="#page">
        To the page
      </a>
      <div className="side">
        <nav className="places" aria-label="Places" data-open={open}>
          <Link to="/" className="brand">
            <Icon name="windlass" />
            {project === undefined ? 'Windlass' : <Inside name={project} />}
          </Link>
          <button
            type="button"
            className="menu"
            aria-expanded={open}
            aria-controls="places"
            onClick={() => setOpen(!open)}
          >
            <Icon name="menu" />
            Menu
          </button>
          <div className="places-list" id="places">
            <Places />
          </div>
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
      </div>
      <main id="page">
        <Outlet />
      </main>
    </div>
  )
}

/** In which project one is. */
function Inside({ name }: { name: string }) {
  return (
    <span className="brand-project">
      <span className="one-line" title={name}>
        {name}
      </span>
      <span className="note">project</span>
    </span>
  )
}

/** What has an address of its own and is a part of a place. */
const parts: Readonly<Record<string, string>> = { '/rollouts': '/unit-rollouts', '/units': '/claims' }

function isPart(place: string, pathname: string): boolean {
  const part = parts[place]
  return part !== undefined && (pathname === part || pathname.startsWith(`${part}/`))
}

function Places() {
  const { pathname } = useLocation()
  const shown = usePlaces()
  return shown.map((group) => (
    <ul key={group[0]?.to}>
      {group.map(({ to, name, key, icon }) => (
        <li key={to}>
          <Link
            to={to}
            activeOptions={{ exact: to === '/' }}
            aria-keyshortcuts={`g ${key}`}
            {...(isPart(to, pathname) && { 'aria-current': 'page' as const })}
          >
            <Icon name={icon} />
            {name}
            <kbd aria-hidden="true">g {key}</kbd>
          </Link>
        </li>
      ))}
    </ul>
  ))
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

/** Where whoever is here can go. */
function usePlaces() {
  const { client } = useFleet()
  const session = useQuery(ask.session(client))
  const host = mayHost(session.data, project)
  return useMemo(() => places.map((group) => group.filter(({ to }) => to !== '/projects' || host)), [host])
}

/** `g` and a letter goes to a page, `/` to its search box. */
function useShortcuts(): void {
  const navigate = useNavigate()
  const shown = usePlaces()
  useEffect(() => {
    let going = false
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      const place = going ? shown.flat().find(({ key }) => key === event.key) : undefined
      going = event.key === 'g'
      if (place) void navigate({ to: place.to })
      if (event.key !== '/') return
      event.preventDefault()
      document.querySelector<HTMLInputElement>('input[type=search]')?.focus()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [navigate, shown])
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, select, textarea, dialog') !== null
}
