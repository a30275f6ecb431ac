import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import type { DeviceList, DeviceRecord, FleetEvent } from '@windlass/wire/operator'

/** What an event says of a device that a list shows. */
export type DeviceNews = Partial<Pick<DeviceRecord, 'status' | 'version'>> & Pick<DeviceRecord, 'lastSeen'>

// A list of more pages is not read anew at each event: that would ask for all of it again.
const mostPages = 3

export function newsIn(event: FleetEvent): readonly [id: string, news: DeviceNews] | null {
  if (event.kind === 'report') return [event.device, { status: event.status, lastSeen: event.at }]
  if (event.kind !== 'device' || event.change === 'retry') return null
  return [event.device, { status: event.status, version: event.version, lastSeen: event.at }]
}

type Pages = InfiniteData<DeviceList, unknown>

/** The pages with the news in them; pages that no news is about stay the same objects. Pure. */
export function patched(list: Pages, news: ReadonlyMap<string, DeviceNews>): Pages {
  const pages = list.pages.map((page) =>
    page.devices.some(({ id }) => news.has(id))
      ? { ...page, devices: page.devices.map((device) => ({ ...device, ...news.get(device.id) })) }
      : page,
  )
  return pages.some((page, at) => page !== list.pages[at]) ? { ...list, pages } : list
}

/** Writes news into every list of devices that is shown. */
export function patchLists(queries: QueryClient, news: ReadonlyMap<string, DeviceNews>): void {
  if (news.size === 0) return
  queries.setQueriesData<Pages>({ queryKey: ['devices', 'list'] }, (list) => list && patched(list, news))
}

/** Whether an answer is short enough to be asked for again whenever an event touches it. */
export function isShort(data: unknown): boolean {
  const pages = (data as { pages?: unknown } | undefined)?.pages
  return !Array.isArray(pages) || pages.length <= mostPages
}
