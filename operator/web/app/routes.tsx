import { createRootRoute, createRoute, createRouter, Link } from '@tanstack/react-router'
import { Activity } from '../features/activity/activity.tsx'
import { Audit } from '../features/audit/audit.tsx'
import { filterOf } from '../features/audit/audit-filter.ts'
import { Claims } from '../features/claims/claims.tsx'
import { DevicePage } from '../features/devices/device-page.tsx'
import { Devices } from '../features/devices/devices.tsx'
import { Groups } from '../features/groups/groups.tsx'
import { Overview } from '../features/overview/overview.tsx'
import { Packages } from '../features/packages/packages.tsx'
import { Projects } from '../features/projects/projects.tsx'
import { NewRelease } from '../features/releases/new-release.tsx'
import { Releases } from '../features/releases/releases.tsx'
import { NewRollout } from '../features/rollouts/new-rollout.tsx'
import { RolloutPage } from '../features/rollouts/rollout-page.tsx'
import { Rollouts } from '../features/rollouts/rollouts.tsx'
import { Settings } from '../features/settings/settings.tsx'
import { chosenIn } from '../features/unit-rollouts/chosen.ts'
import { NewUnitRollout } from '../features/unit-rollouts/new-unit-rollout.tsx'
import { UnitRolloutPage } from '../features/unit-rollouts/unit-rollout-page.tsx'
import { UnitPage } from '../features/units/unit-page.tsx'
import { Units } from '../features/units/units.tsx'
import { base, project } from '../live/project.ts'
import { listFilterOf } from '../parts/filter-tabs.tsx'
import { Empty, Trouble } from '../parts/nothing.tsx'
import { Shell } from './shell.tsx'

/** Every page by its address. The fleet answers these addresses with the console (its console.ts names them). */
export function makeRouter(signOut: (() => void) | null) {
  const root = createRootRoute({
    component: () => <Shell signOut={signOut} />,
    notFoundComponent: NoPage,
    errorComponent: ({ error }) => <Trouble error={error} />,
  })
  const at = <P extends string>(path: P, component: () => React.ReactNode) =>
    createRoute({ getParentRoute: () => root, path, component })
  const device = createRoute({
    getParentRoute: () => root,
    path: '/devices/$id',
    component: () => <DevicePage key={device.useParams().id} id={device.useParams().id} />,
  })
  const devices = createRoute({
    getParentRoute: () => root,
    path: '/devices',
    validateSearch: listFilterOf,
    component: () => {
      const navigate = devices.useNavigate()
      return <Devices filter={devices.useSearch()} onFilter={(search) => void navigate({ search, replace: true })} />
    },
  })
  const audit = createRoute({
    getParentRoute: () => root,
    path: '/audit',
    validateSearch: filterOf,
    component: () => {
      const navigate = audit.useNavigate()
      return <Audit filter={audit.useSearch()} onFilter={(search) => void navigate({ search, replace: true })} />
    },
  })
  const units = createRoute({
    getParentRoute: () => root,
    path: '/units',
    validateSearch: listFilterOf,
    component: () => {
      const navigate = units.useNavigate()
      return <Units filter={units.useSearch()} onFilter={(search) => void navigate({ search, replace: true })} />
    },
  })
  const unit = createRoute({
    getParentRoute: () => root,
    path: '/units/$id',
    component: () => <UnitPage key={unit.useParams().id} id={unit.useParams().id} />,
  })
  const rollout = createRoute({
    getParentRoute: () => root,
    path: '/rollouts/$id',
    component: () => <RolloutPage key={rollout.useParams().id} id={Number(rollout.useParams().id)} />,
  })
  const newRollout = createRoute({
    getParentRoute: () => root,
    path: '/rollouts/new',
    validateSearch: ({ package: uid }: Record<string, unknown>): { package?: string } =>
      typeof uid === 'string' ? { package: uid } : {},
    component: () => <NewRollout chosen={newRollout.useSearch().package} />,
  })
  const unitRollout = createRoute({
    getParentRoute: () => root,
    path: '/unit-rollouts/$id',
    component: () => <UnitRolloutPage key={unitRollout.useParams().id} id={Number(unitRollout.useParams().id)} />,
  })
  const newUnitRollout = createRoute({
    getParentRoute: () => root,
    path: '/unit-rollouts/new',
    validateSearch: chosenIn,
    component: () => <NewUnitRollout chosen={newUnitRollout.useSearch()} />,
  })
  const releases = createRoute({
    getParentRoute: () => root,
    path: '/releases',
    validateSearch: ({ from, to }: Record<string, unknown>) => ({
      ...(Number(from) > 0 && { from: Number(from) }),
      ...(Number(to) > 0 && { to: Number(to) }),
    }),
    component: () => {
      const { from, to } = releases.useSearch()
      const navigate = releases.useNavigate()
      return <Releases from={from} to={to} onCompare={(search) => void navigate({ search })} />
    },
  })
  const pages = [
    at('/', Overview),
    devices,
    device,
    units,
    unit,
    at('/claims', Claims),
    at('/groups', Groups),
    at('/packages', Packages),
    releases,
    at('/releases/new', NewRelease),
    at('/rollouts', Rollouts),
    newRollout,
    rollout,
    // Both kinds are listed on one page.
    at('/unit-rollouts', Rollouts),
    newUnitRollout,
    unitRollout,
    at('/activity', Activity),
    audit,
    at('/settings', Settings),
    at('/projects', project === undefined ? Projects : NoPage),
  ] as const
  return createRouter({ basepath: base || '/', routeTree: root.addChildren(pages), defaultPreload: false })
}

function NoPage() {
  return (
    <Empty title="There is no such page">
      <Link to="/">To the overview</Link>
    </Empty>
  )
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
