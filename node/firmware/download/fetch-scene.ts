import type { HttpHandler, Log } from '@windlass/platform'
import { FakeClock, FakeFiles, FakeHttp, SeededRandom } from '@windlass/platform/fakes'
import { sha256Of } from '@windlass/trust'
import { UpdateError } from '../update-error.ts'
import { startOf } from './fake-object-server.ts'
import { fetchObject } from './fetch.ts'
import { type DownloadLimits, defaultLimits } from './limits.ts'

/** What the stories about downloads are about: an object, and another of the same length. */
export const object = Uint8Array.from({ length: 200_000 }, (_, at) => (at * 7 + (at >> 8)) % 251)
export const other = object.map((byte) => byte ^ 0x55)
export const path = '/data/download/object'
export const silent: Log = { error() {}, warning() {}, info() {}, debug() {}, trace() {}, child: () => silent }

/** How a download ended. */
export interface Outcome {
  /** Undefined where it succeeded. */
  failed: unknown
  /** The first byte asked for by each request; undefined for the whole. */
  asked: (number | undefined)[]
  held: Uint8Array | undefined
  seconds: number
  progress: number[]
  http: FakeHttp
  files: FakeFiles
}

/** What is otherwise than usual: an empty disk, and `object` wanted under the default limits. */
export interface Scene {
  held?: Uint8Array
  size?: number
  digestOf?: Uint8Array
  limits?: Partial<DownloadLimits>
  files?: FakeFiles
  fault?: (http: FakeHttp) => void
  stop?: AbortSignal
  onProgress?: (held: number) => void
  /** Of chance. */
  seed?: number
}

/** Downloads from `handler` with everything in memory and on a clock that moves by itself. */
export async function fetching(handler: HttpHandler, scene: Scene = {}): Promise<Outcome> {
  const clock = new FakeClock({ auto: true })
  const http = new FakeHttp({ 'http://fleet.test': handler }, clock)
  scene.fault?.(http)
  const files = scene.files ?? new FakeFiles()
  if (scene.held) files.put(path, scene.held)
  const wanted = {
    url: 'http://fleet.test/object',
    headers: { 'User-Agent': 'updatehub/2.0 Linux' },
    path,
    size: scene.size ?? object.length,
    sha256sum: sha256Of(scene.digestOf ?? object),
  }
  const progress: number[] = []
  const tell = (held: number) => {
    progress.push(held)
    scene.onProgress?.(held)
  }
  const stop = scene.stop ?? new AbortController().signal
  const ports = { http, files, clock, random: new SeededRandom(scene.seed ?? 1), log: silent }
  const failed = await fetchObject(ports, wanted, { ...defaultLimits, ...scene.limits }, tell, stop).then(
    () => undefined,
    (error: unknown) => error,
  )
  return {
    failed,
    asked: http.calls.map(({ headers = {} }) => startOf({ headers })),
    held: files.powered && (await files.facts(path)) ? files.peek(path) : undefined,
    seconds: clock.uptime() / 1000,
    progress,
    http,
    files,
  }
}

export const codeOf = ({ failed }: Pick<Outcome, 'failed'>) => (failed instanceof UpdateError ? failed.code : failed)
