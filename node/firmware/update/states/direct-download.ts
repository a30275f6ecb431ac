import type { Step } from '@windlass/machine'
import type { In } from '../diagram.ts'
import type { Ports } from '../ports.ts'

/** Fetches a whole package from anywhere, in place of what an earlier download left. */
export async function directDownload({ source }: In<'direct_download'>, p: Ports, { stop, progress }: Step) {
  await p.store.clean([], stop)
  const path = await p.fetcher.package(source, (doneBytes, totalBytes) => progress({ doneBytes, totalBytes }), stop)
  return { on: 'saved', source: path } as const
}
