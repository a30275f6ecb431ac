import { givenTo } from '../desired-state/verdict.ts'
import type { Within } from '../groups/extent.ts'
import { memoryGroups } from '../groups/memory-groups.ts'
import { decommissioned } from '../identity/admission.ts'
import type { Approval } from '../identity/import.ts'
import { memoryAdmission } from '../identity/memory-admission.ts'
import { isMeant, type PhaseList, phaseByGroup, phaseOf } from '../rollout/audience.ts'
import type { Forecast } from '../rollout/forecast.ts'
import { holdsPlace, type Pace } from '../rollout/pace.ts'
import { atOnce, boundsOf, isPaced, pointOf } from '../rollout/plan.ts'
import { begun, nobody } from '../rollout/progress.ts'
import { standingOf } from '../rollout/standing.ts'
import type {
  Attempt,
  Counts,
  Device,
  KeptPackage,
  Known,
  Order,
  ReportEntry,
  Rollout,
  Rule,
  Sight,
} from './records.ts'
import { hasRestarted, newsOf, seen } from './seen.ts'
import { type Conclusion, type Heard, historyLimit, type Member, type NewRollout, type Store } from './store.ts'

/** The store's fake: the same behaviour, in memory. */
export function memoryStore(): Store {
  const packages = new Map<string, KeptPackage>()
  const rules = new Map<string, Pick<Rule, 'needs' | 'floor'>>()
  const rollouts = new Map<number, Rollout>()
  const keys = new Map<string, number>()
  const lists = new Map<number, readonly PhaseList[]>()
  const paces = new Map<number, Omit<Pace, 'underWay'>>()
  const devices = new Map<string, Device>()
  const attempts = new Map<string, Map<string, Attempt>>()
  const reports = new Map<string, (ReportEntry & { id: number })[]>()
  const approvals = new Map<string, Approval>()
  const { isMeant: isSelected, ...groups } = memoryGroups(devices)
  let lastReport = 0

  const attemptsOf = (device: string): Attempt[] =>
    [...(attempts.get(device)?.values() ?? [])].sort((x, y) => y.at - x.at || (x.package < y.package ? -1 : 1))
  const newestFirst = (): Rollout[] => [...rollouts.values()].sort((x, y) => y.rollout - x.rollout)
  const paceOf = (rollout: Rollout, at: number | undefined): Pace | null => {
    const pace = paces.get(rollout.rollout)
    if (!pace || at === undefined) return null
    const tries = [...attempts.values()].map((mine) => mine.get(rollout.package))
    return { ...pace, underWay: tries.filter((attempt) => holdsPlace(attempt, at)).length }
  }
  const knownOf = (device: Device, at?: number): Known => ({
    device,
    orders: newestFirst()
      .filter((r) => isInForce(r) && names(r, device))
      .map((r) => ({ ...orderFor(r, device), pace: paceOf(r, at) })),
    attempts: attemptsOf(device.id),
    rules: ruled().filter(({ product }) => product === device.product),
  })
  const orderFor = (rollout: Rollout, { id }: Device): Order => {
    const listed = lists.get(rollout.rollout)?.find(({ devices: some }) => some.includes(id))?.phase ?? null
    return { ...orderOf(rollout), listed }
  }
  const phaseIn = (rollout: Rollout, device: Device): number =>
    phaseOf(device, givenTo(attemptsOf(device.id)), orderFor(rollout, device))
  const isMember = (rollout: Rollout, device: Device): boolean =>
    couldBe(rollout, device) && isMeant(device, givenTo(attemptsOf(device.id)), rollout)
  const draw = (rollout: Rollout): Rollout => {
    const { rollout: id, plan } = rollout
    const members = membersOf(rollout).map(({ known }) => known.device)
    const onRing = members.filter((device) => {
      const { listed } = orderFor(rollout, device)
      return phaseByGroup(device, plan.phases, listed) === null
    })
    const points = onRing.map((device) => pointOf(id, device.id)).sort((x, y) => x - y)
    const counted = { total: members.length, onRing: onRing.length }
    return { ...rollout, bounds: boundsOf(plan, counted, (n) => points[n]) }
  }
  const ruled = (): Rule[] =>
    [...rules]
      .sort(([x], [y]) => (x < y ? -1 : 1))
      .flatMap(([uid, rule]) => {
        const kept = packages.get(uid)
        if (!kept) return []
        const { product, version, hardware } = kept
        return [{ package: kept.uid, product, version, hardware, ...rule }]
      })
  const membersOf = (rollout: Rollout, at?: number, within?: Within): Member[] =>
    [...devices.values()]
      .filter((device) => isMember(rollout, device) && isSelected(device, { within }))
      .sort(byId)
      .map((device) => ({ known: knownOf(device, at), state: standingOf(device, rollout, attemptsOf(device.id)) }))

  /** The rollout of an order; undefined where a device is named that is not known. */
  function begin(id: number, order: NewRollout): Rollout | undefined {
    const { package: kept, to: asked, createdAt, startAt, metered = false, plan = atOnce, once = null } = order
    if ('devices' in asked && !asked.devices.every((each) => devices.has(each))) return undefined
    const { uid, product, version, hardware } = kept
    const ofProduct = (each: string) => devices.get(each)?.product === product
    const to = 'devices' in asked && asked.group ? { ...asked, devices: asked.devices.filter(ofProduct) } : asked
    lists.set(id, order.lists ?? [])
    const audience = 'query' in to ? to : null
    const facts = { package: uid, product, version, hardware, to, audience, createdAt, startAt, metered, plan }
    const begins = { bounds: [], progress: begun, listed: null, pace: null, asked: once?.asked ?? null }
    return draw({ rollout: id, ...facts, ...begins })
  }

  function take(place: Conclusion['place']): void {
    if (!place) return
    const { rollout, seq, minute } = place
    const before = paces.get(rollout)
    const offers = before?.minute === minute ? before.offers + 1 : 1
    paces.set(rollout, { seq: seq + 1, minute, offers })
  }

  function write(sight: Sight, conclusion: Conclusion, device: Device): void {
    devices.set(sight.id, { ...device, status: conclusion.status ?? device.status })
    const mine = attempts.get(sight.id) ?? new Map<string, Attempt>()
    for (const attempt of conclusion.attempts) mine.set(attempt.package, attempt)
    attempts.set(sight.id, mine)
    tell(sight.id, conclusion.reports)
  }
  function tell(device: string, entries: readonly ReportEntry[]): void {
    const lines = entries.map((entry) => ({ ...entry, id: ++lastReport }))
    reports.set(device, [...(reports.get(device) ?? []), ...lines].slice(-historyLimit))
  }

  return {
    async observe(sight, packageUid, conclude) {
      // Nobody comes between look and record here, so a place that is free is taken.
      const before = devices.get(sight.id)
      const approval = approvals.get(sight.id)
      const device = seen(before, sight, approval?.labels)
      const packageVersion = packages.get(packageUid ?? '')?.version ?? null
      const restarted = hasRestarted(before, device)
      const known = { ...knownOf(device, sight.at), news: newsOf(before, device) }
      const heard: Heard = { ...known, packageVersion, approved: !!approval, restarted }
      const conclusion = conclude(heard)
      if (before || conclusion.refused === undefined) write(sight, conclusion, device)
      take(conclusion.place)
      return conclusion
    },
    async addPackage(kept) {
      const before = packages.get(kept.uid)
      packages.set(kept.uid, before ? { ...before, signature: kept.signature || before.signature } : kept)
      return !before
    },
    package: async (uid) => packages.get(uid),
    packages: async () =>
      [...packages.values()].sort((x, y) => y.uploadedAt - x.uploadedAt || (x.uid < y.uid ? -1 : 1)),
    rules: async () => ruled(),
    async setRule(uid, { needs, floor }) {
      if (packages.has(uid)) rules.set(uid, { needs, floor })
      return packages.has(uid)
    },
    async removePackage(uid) {
      if ([...rollouts.values()].some((r) => r.package === uid && isInForce(r))) return 'in_use'
      rules.delete(uid)
      return packages.delete(uid) ? 'removed' : 'unknown'
    },
    async forecast(order) {
      const rollout = begin(rollouts.size + 1, order)
      if (!rollout) return undefined
      const meant = [...devices.values()].filter(
        (device) =>
          device.status !== decommissioned &&
          names(rollout, device) &&
          isMeant(device, givenTo(attemptsOf(device.id)), rollout),
      )
      const found = meant.map(
        (device): Omit<Forecast, 'devices'> => ({
          phase: phaseIn(rollout, device),
          code: prospect(device, order.package, attempts.get(device.id)?.get(order.package.uid)),
        }),
      )
      lists.delete(rollout.rollout)
      const groups = Map.groupBy(found, ({ phase, code }) => `${phase} ${code}`)
      return [...groups.values()].flatMap((some) => (some[0] ? [{ ...some[0], devices: some.length }] : []))
    },
    async troubles(id, from, after) {
      const rollout = rollouts.get(id)
      const sides = { updated: 0, others: 0 }
      for (const { known, state } of rollout && from !== null && after !== null ? membersOf(rollout) : []) {
        if (state === 'failed' || state === 'rolled_back') continue
        const lines = (reports.get(known.device.id) ?? []).filter((line) => line.id > (from ?? 0))
        const first = lines.find((line) => isTrouble(line, rollout?.package ?? ''))
        if (!first || first.id <= (after ?? 0)) continue
        const attempt = known.attempts.find((a) => a.package === rollout?.package)
        sides[attempt?.state === 'updated' && attempt.at <= first.at ? 'updated' : 'others'] += 1
      }
      return { upTo: lastReport, ...sides }
    },
    async ranBefore(id) {
      const rollout = rollouts.get(id)
      const tries = (rollout ? membersOf(rollout) : []).flatMap(({ known }) => {
        const attempt = known.attempts.find((a) => a.package === rollout?.package)
        return attempt && ['updating', 'updated'].includes(attempt.state) ? [attempt] : []
      })
      const by = Map.groupBy(tries, ({ from }) => from)
      return [...by].map(([version, some]) => ({ version, devices: some.map(({ device }) => device as string) }))
    },
    async addRollout(order) {
      const { plan = atOnce, once = null } = order
      const before = rollouts.get(keys.get(once?.key ?? '') ?? 0)
      if (before) return { rollout: before, fresh: false }
      const id = rollouts.size + 1
      const rollout = begin(id, order)
      if (!rollout) return undefined
      rollouts.set(id, rollout)
      if (once) keys.set(once.key, id)
      if (isPaced(plan)) paces.set(id, { seq: 0, minute: 0, offers: 0 })
      return { rollout, fresh: true }
    },
    rollout: async (id) => rollouts.get(id),
    rollouts: async () => newestFirst(),
    async changeRollout(id, change) {
      const rollout = rollouts.get(id)
      const progress = rollout && change(rollout)
      if (!progress) return rollout
      const changed: Rollout = { ...rollout, progress }
      rollouts.set(id, changed)
      return changed
    },
    async counts(ids, within) {
      const known = ids.flatMap((id) => rollouts.get(id) ?? [])
      return new Map(known.map((rollout) => [rollout.rollout, count(membersOf(rollout, undefined, within))]))
    },
    async tallies(id, within) {
      const rollout = rollouts.get(id)
      if (!rollout) return []
      const phases = Map.groupBy(membersOf(rollout, undefined, within), (m) => phaseIn(rollout, m.known.device))
      return rollout.plan.phases.map((_, i) => count(phases.get(i) ?? []))
    },
    async members(id, limit, after, at, within) {
      const rollout = rollouts.get(id)
      const all = rollout ? membersOf(rollout, at, within) : []
      return all.filter((m) => m.known.device.id > (after ?? '')).slice(0, limit)
    },
    async known(id, at) {
      const device = devices.get(id)
      return device && knownOf(device, at)
    },
    async devices({ limit, after = '', ...selection }) {
      const found = [...devices.values()].filter((d) => d.id > after && isSelected(d, selection))
      return found.sort(byId).slice(0, limit)
    },
    ...groups,
    ...memoryAdmission(devices, approvals, (id, entry) => tell(id, [entry])),
    history: async (id, limit) => [...(reports.get(id) ?? [])].reverse().slice(0, limit),
    async allowRetry(device, packageUid) {
      const attempt = attempts.get(device)?.get(packageUid)
      if (attempt?.state !== 'failed' && attempt?.state !== 'rolled_back') return 'needless'
      attempts.get(device)?.set(packageUid, { ...attempt, retry: true })
      return 'allowed'
    },
    ping: async () => undefined,
    close: async () => undefined,
  }
}

/** Whether a rollout names a device, or may be for it as its product is. */
function names({ to, product }: Pick<Rollout, 'to' | 'product'>, device: Device): boolean {
  return 'devices' in to ? to.devices.includes(device.id) : product === device.product
}

// Devices of the product that the package cannot run on were never meant; those named one by one were.
function couldBe(rollout: Rollout, device: Device): boolean {
  if (device.status === decommissioned || !names(rollout, device)) return false
  return 'devices' in rollout.to || rollout.hardware === 'any' || rollout.hardware.includes(device.hardware)
}

function orderOf({ to: _to, createdAt: _createdAt, asked: _asked, ...order }: Rollout): Order {
  return order
}

function isInForce({ progress }: Rollout): boolean {
  return progress.abortedAt === null
}

function isTrouble({ status, package: uid }: ReportEntry, own: string): boolean {
  return status === 'restarted' || ((status === 'error' || status === 'rolled_back') && uid !== own)
}

/** What would become of a device; `forecast` of PostgreSQL says the same. */
function prospect(device: Device, kept: KeptPackage, attempt: Attempt | undefined): Forecast['code'] {
  if (device.product !== kept.product) return 'product_mismatch'
  if (kept.hardware !== 'any' && !kept.hardware.includes(device.hardware)) return 'hardware_unsupported'
  if (device.version === kept.version) return 'up_to_date'
  if (attempt?.retry) return 'offer'
  if (attempt?.state === 'failed') return 'failed_before'
  return attempt?.state === 'rolled_back' ? 'rolled_back_before' : 'offer'
}

function count(members: readonly Member[]): Counts {
  const counts = { ...nobody }
  for (const { state } of members) counts[state] += 1
  return counts
}

function byId(x: { id: string }, y: { id: string }): number {
  return x.id < y.id ? -1 : 1
}
