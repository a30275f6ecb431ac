import type { Clock } from '@windlass/platform'
import { type Http, type HttpCall, HttpError, type HttpRequest, type HttpResponse } from '@windlass/platform'
import { FakeHttp, type HttpFault } from '@windlass/platform/fakes'
import { type LinkTrouble, linkTroubles } from '../scenario.ts'
import type { Dice } from '../world/dice.ts'

/** From the one who asked to the one who answers, or back. */
export type Way = 'up' | 'down'
/** It comes through after a while; nobody knows what becomes of it; the connection breaks. */
export type Passage = { delayMs: number } | 'shut' | 'broken'

type Far = (request: HttpRequest) => Promise<HttpResponse>

const single = linkTroubles.filter((trouble) => trouble !== 'flaky')
const portal: HttpResponse = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Welcome!</html>' }

/** The network between one device and the fleet, well or in trouble. */
export class Link {
  trouble: LinkTrouble | undefined
  readonly #fars: Readonly<Record<string, Far>>
  readonly #dice: Dice

  /** `fars`: who is there, by origin. */
  constructor(fars: Readonly<Record<string, Far>>, dice: Dice) {
    this.#fars = fars
    this.#dice = dice
  }

  /** The network as one process of the device has it. */
  http(clock: Clock): Http {
    const fake = new FakeHttp({}, clock)
    return {
      send: async (call: HttpCall, signal?: AbortSignal) => {
        const trouble = this.#troubleNow()
        const fault = this.#faultOf(trouble)
        for (const [address, far] of Object.entries(this.#fars)) {
          fake.route(address, (request, stop) => this.#answers[trouble ?? 'flaky'](request, far, clock, stop))
          fake.fault(address, fault, 1)
        }
        await clock.sleep(this.#dice.whole(5, 80), signal)
        return fake.send(call, signal)
      },
    }
  }

  /** What a message meets now that goes over an open connection. */
  passage(way: Way): Passage {
    const trouble = this.#troubleNow()
    if (trouble === 'lost' || (trouble === 'answers-lost' && way === 'down')) return 'shut'
    if (trouble === 'slow' || trouble === 'late') return { delayMs: this.#dice.whole(1_000, 25_000) }
    if (trouble === 'drip') return { delayMs: this.#dice.whole(100, 5_000) }
    if (trouble === 'cut') return this.#dice.happens(0.3) ? 'broken' : this.#usual()
    if (trouble === 'refused' || trouble === 'portal' || trouble === 'fails') return 'broken'
    return this.#usual()
  }

  #usual(): Passage {
    return { delayMs: this.#dice.whole(1, 40) }
  }

  #troubleNow(): LinkTrouble | undefined {
    if (this.trouble !== 'flaky') return this.trouble
    const [first = 'lost', ...others] = single
    return this.#dice.happens(0.5) ? this.#dice.one([first, ...others]) : undefined
  }

  #faultOf(trouble: LinkTrouble | undefined): HttpFault | undefined {
    if (trouble === 'refused') return 'refuse'
    if (trouble === 'cut') return { cutAfter: this.#dice.whole(0, 25_000) }
    if (trouble !== 'drip') return undefined
    return { drip: this.#dice.one([64, 512, 4_096]), everyMs: this.#dice.whole(100, 5_000) }
  }

  /** What comes back in each trouble; those that are not of the handler's making let everything pass. */
  readonly #answers: Record<
    LinkTrouble,
    (request: HttpRequest, far: Far, clock: Clock, signal: AbortSignal) => Promise<HttpResponse>
  > = {
    refused: (request, far) => far(request),
    cut: (request, far) => far(request),
    drip: (request, far) => far(request),
    flaky: (request, far) => far(request),
    lost: forever,
    'answers-lost': async (request, far) => {
      await far(request)
      return forever()
    },
    slow: async (request, far, clock, signal) => {
      await clock.sleep(this.#dice.whole(1_000, 25_000), signal)
      return far(request)
    },
    twice: async (request, far) => {
      await far(request).catch(ofLine)
      return far(request)
    },
    late: (request, far, clock) => {
      void clock.sleep(this.#dice.whole(90_000, 900_000)).then(() => far(request).catch(ofLine))
      return forever()
    },
    portal: async () => portal,
    fails: async () => ({ status: 503 }),
    'no-ranges': (request, far) => far({ ...request, headers: { ...request.headers, range: '' } }),
  }
}

const forever = () => new Promise<never>(() => undefined)

function ofLine(error: unknown): void {
  if (!(error instanceof HttpError)) throw error
}
