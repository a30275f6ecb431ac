import type { HttpHandler, HttpResponse } from '@windlass/platform'
import { FakeFiles, PowerCut } from '@windlass/platform/fakes'
import { sha256Of } from '@windlass/trust'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UpdateError } from '../update-error.ts'
import { cutAfter, inTurn, objectServer, pieceBytes } from './fake-object-server.ts'
import { fetching, object, other, path } from './fetch-scene.ts'

const right = sha256Of(object)
const honest = objectServer(object)
const position = fc.nat({ max: object.length })
const patient = { attempts: 1000 }

/** A run of the program: the server cuts after these many bytes each, then the run is stopped at this byte. */
const run = fc.record({ cuts: fc.array(position, { maxLength: 5 }), stopAt: position })

describe('after any interruptions the file is right', () => {
  it('and cuts and restarts cost at most one piece twice for each restart', async () => {
    const story = fc.array(run, { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(story, async (runs) => {
        const files = new FakeFiles()
        let sent = 0
        const cut = (after: number) => cutAfter(honest, after, (bytes) => (sent += bytes))
        for (const { cuts, stopAt } of [...runs, { cuts: [], stopAt: Infinity }]) {
          const order = new AbortController()
          const onProgress = (held: number) => held >= stopAt && order.abort('restart')
          const server = inTurn(...cuts.map(cut), cut(Infinity))
          await fetching(server, { files, stop: order.signal, onProgress, limits: patient })
        }
        expect(sha256Of(files.peek(path))).toBe(right)
        expect(sent).toBeLessThanOrEqual(object.length + runs.length * pieceBytes)
      }),
      { numRuns: 50 },
    )
  })

  it('also when the power goes at any moment and the disk keeps, loses or tears what was not synced', async () => {
    const story = fc.record({ seed: fc.nat(), changes: fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 5 }) })
    await fc.assert(
      fc.asyncProperty(story, async ({ seed, changes }) => {
        const files = new FakeFiles({ seed })
        for (const change of changes) {
          files.cutPowerAfter(change)
          const { failed } = await fetching(cutAfter(honest, Infinity), { files, limits: { syncEveryBytes: 20_000 } })
          if (failed) expect(failed).toBeInstanceOf(PowerCut)
          files.crash()
        }
        expect(sha256Of((await fetching(honest, { files })).held ?? '')).toBe(right)
      }),
      { numRuns: 50 },
    )
  })
})

/** Answers that are made of true and false parts in every combination. */
const number = fc.constantFrom(0, 1, 999, 1000, object.length - 1, object.length, object.length + 1)
const hostile: fc.Arbitrary<HttpResponse> = fc
  .record({
    status: fc.constantFrom(200, 200, 206, 206, 206, 416, 503),
    etag: fc.constantFrom(undefined, '"one"', '"two"', 'W/"one"'),
    length: fc.option(number, { nil: undefined }),
    range: fc.option(fc.tuple(number, number, fc.option(number, { nil: '*' })), { nil: undefined }),
    body: fc.tuple(fc.constantFrom(object, other), number, number),
  })
  .map(({ status, etag, length, range, body: [of, from, to] }) => ({
    status,
    headers: {
      ...(etag !== undefined && { etag }),
      ...(length !== undefined && { 'content-length': String(length) }),
      ...(range !== undefined && { 'content-range': `bytes ${range[0]}-${range[1]}/${range[2]}` }),
    },
    body: of.subarray(from, to),
  }))

describe('whatever a server answers', () => {
  it('there is never a complete file with wrong bytes, and an honest server mends it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(hostile, { minLength: 1, maxLength: 6 }), position, async (answers, held) => {
        const files = new FakeFiles()
        const [first, ...more] = answers.map(
          (answer): HttpHandler =>
            async () =>
              answer,
        )
        const outcome = await fetching(inTurn(first ?? honest, ...more), { files, held: object.subarray(0, held) })
        if (outcome.failed) expect(outcome.failed).toBeInstanceOf(UpdateError)
        if (!outcome.failed || outcome.held?.length === object.length) {
          expect(sha256Of(outcome.held ?? '')).toBe(right)
        }
        expect(sha256Of((await fetching(honest, { files })).held ?? '')).toBe(right)
      }),
      { numRuns: 300 },
    )
  })
})
