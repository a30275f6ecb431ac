import { join } from 'node:path/posix'
import { agentHeaders } from '@windlass/wire/updatehub'
import { type DownloadPorts, fetchObject } from '../download/fetch.ts'
import { fetchPackage } from '../download/fetch-package.ts'
import type { Fetcher } from '../download/fetcher.ts'
import { defaultLimits } from '../download/limits.ts'
import { rangesOf } from '../download/ranges.ts'

/** No package is larger than this; a filled disk is noticed long before. */
const mostPackageBytes = 2 ** 40

/** Brings objects and packages into the download folder, no faster than allowed. */
export function httpFetcher(ports: DownloadPorts, folder: string, mostBytesPerSecond: number | null): Fetcher {
  const limits = { ...defaultLimits, mostBytesPerSecond }
  return {
    async object(url, { sha256sum, size }, progress, stop) {
      const wanted = { url, headers: agentHeaders, path: join(folder, sha256sum), size, sha256sum }
      await fetchObject(ports, wanted, limits, (done) => progress(done, size), stop)
    },
    ranges: (url, { size }) => rangesOf(ports, { url, size }, limits),
    async package(url, progress, stop) {
      await ports.files.makeFolder(folder)
      const path = join(folder, 'fetched_pkg')
      await fetchPackage(ports, { url, path, maxBytes: mostPackageBytes }, limits, progress, stop)
      return path
    },
  }
}
