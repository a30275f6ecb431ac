import { objectServer } from '@windlass/firmware/fakes'
import type { HttpRequest, HttpResponse } from '@windlass/platform'
import type { Catalogue, Release } from '../world/catalogue.ts'

export const filesAddress = 'http://files.test'

/** Where the package of a release can be had as a file. */
export function packageUrl({ version }: Release): string {
  return `${filesAddress}/${version}.uhupkg`
}

/** A plain server of files: whole or from some byte on. */
export function packageFiles(catalogue: Catalogue): (request: HttpRequest) => Promise<HttpResponse> {
  return async (request) => {
    const release = catalogue.releases.find(({ version }) => request.path === `/${version}.uhupkg`)
    if (!release) return { status: 404 }
    return objectServer(release.archive, `"${release.kept.uid}"`)(request, new AbortController().signal)
  }
}
