import { memoryUnitGroups } from './groups/memory-unit-groups.ts'
import { isMeant } from './groups/unit-group.ts'
import { judgeClaim, usesLeft } from './judge-claim.ts'
import { type News, type NewsKind, newsLimits } from './news.ts'
import type { Blob, Claim, ItemVersion, Release, Unit } from './records.ts'
import { memoryUnitRollouts } from './rollouts/memory-unit-rollouts.ts'
import { mostClaims, type UnitStore } from './unit-store.ts'

/** The unit store's fake: the same behaviour, in memory. */
export function memoryUnitStore(): UnitStore {
  const blobs = new Map<string, Blob>()
  const items = new Map<string, ItemVersion>()
  const releases: Release[] = []
  const claims = new Map<string, Claim>()
  const units = new Map<string, Unit>()
  const news = new Map<string, News<NewsKind>[]>()
  const certificates = new Map<string, { unit: string; isRevoked: boolean }>()
  const revoked = new Set<string>()
  const revokeAll = (id: string) => {
    const counting = [...certificates].filter(([, { unit, isRevoked }]) => unit === id && !isRevoked)
    for (const [serial] of counting) certificates.set(serial, { unit: id, isRevoked: true })
    return counting.length
  }
  const byId = (x: Unit, y: Unit) => (x.id < y.id ? -1 : 1)
  const itemKey = ({ itemId, version }: ItemVersion) => JSON.stringify([itemId, version])
  return {
    ...memoryUnitRollouts(units),
    ...memoryUnitGroups(units),
    addBlob: async (blob) => void blobs.set(blob.digest, blob),
    blobs: async (digests) => digests.flatMap((digest) => blobs.get(digest) ?? []),
    async addItem(item) {
      const before = items.get(itemKey(item))
      if (before) return before.indexDigest === item.indexDigest ? 'same' : 'other'
      items.set(itemKey(item), item)
      return 'added'
    },
    items: async () => [...items.entries()].sort(([x], [y]) => (x < y ? -1 : 1)).map(([, item]) => item),
    async addRelease(content, createdAt) {
      const release = { id: releases.length + 1, content, createdAt }
      releases.unshift(release)
      return release
    },
    release: async (id) => releases.find((release) => release.id === id),
    releases: async () => [...releases],
    async addClaim(claim) {
      if (claims.has(claim.tokenHash)) throw new Error('expected a claim with a token of its own')
      claims.set(claim.tokenHash, { uses: 1, expiresAt: null, ...claim, usedBy: [], withdrawnAt: null })
    },
    claims: async () => [...claims.values()].sort(newestClaim).slice(0, mostClaims),
    async withdrawClaim(id, at) {
      const claim = [...claims.values()].find(({ tokenHash }) => tokenHash.startsWith(id))
      if (!claim) return 'unknown'
      if (usesLeft(claim) === 0) return 'used'
      claims.set(claim.tokenHash, { ...claim, withdrawnAt: claim.withdrawnAt ?? at })
      return 'withdrawn'
    },
    async enrol(tokenHash, { id, model, at, serials = [] }) {
      const claim = claims.get(tokenHash)
      if (!claim) return 'unknown'
      const before = units.get(id)
      const judged = judgeClaim(claim, id, before && { ...before, isRevoked: revoked.has(id) }, at)
      if (judged !== 'enrolled') return judged
      claims.set(tokenHash, { ...claim, usedBy: [...new Set([...claim.usedBy, id])] })
      revokeAll(id)
      for (const serial of serials) certificates.set(serial, { unit: id, isRevoked: false })
      revoked.delete(id)
      units.set(id, {
        release: null,
        orders: 0,
        labels: {},
        status: null,
        standing: 'idle',
        firstSeen: at,
        ...before,
        id,
        model,
        lastSeen: at,
      })
      return 'enrolled'
    },
    async revoke(id) {
      if (!units.has(id)) return undefined
      revoked.add(id)
      return revokeAll(id)
    },
    async counts(id, serial) {
      if (revoked.has(id)) return false
      const own = [...certificates].filter(([, { unit }]) => unit === id)
      if (serial === null || own.length === 0) return true
      return own.some(([known, { isRevoked }]) => known === serial && !isRevoked)
    },
    unit: async (id) => units.get(id),
    units: async ({ limit, after = '', ...selection }) =>
      [...units.values()]
        .sort(byId)
        .filter((unit) => unit.id > after && isMeant(unit, selection))
        .slice(0, limit),
    async setRelease(id, release) {
      const unit = units.get(id)
      if (unit) units.set(id, { ...unit, release, standing: 'on_the_way', orders: unit.orders + 1 })
      return unit !== undefined
    },
    async hear(id, at, merge) {
      const before = units.get(id)
      if (!before) return undefined
      const unit = { ...before, status: merge(before.status), lastSeen: at }
      units.set(id, unit)
      return unit
    },
    async addNews(unit, kind, at, contents) {
      const key = `${kind} ${unit}`
      const added = contents.map((content) => ({ at, content }))
      news.set(key, [...added.toReversed(), ...(news.get(key) ?? [])].slice(0, newsLimits[kind]))
    },
    news: async <K extends NewsKind>(unit: string, kind: K) => (news.get(`${kind} ${unit}`) ?? []) as News<K>[],
  }
}

function newestClaim(x: Claim, y: Claim): number {
  return y.createdAt - x.createdAt || (x.tokenHash < y.tokenHash ? -1 : 1)
}
