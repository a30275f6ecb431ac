import type { Clock } from '@windlass/platform'
import {
  type Http,
  type HttpCall,
  HttpError,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
} from '@windlass/platform'
import { FakeHttp, type HttpFault } from '@windlass/platform/fakes'
import { type LinkTrouble, linkTroubles } from '../scenario.ts'
import type { Dice } from '../world/dice.ts'

type Far = (request: HttpRequest) => Promise<HttpResponse>

const single = linkTroubles.filter((trouble) => trouble !== 'flaky')
const portal: HttpResponse = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Welcome!</html>' }

/** The network between one device and the fleet, well or in trouble. */
export class Link {
  trouble: LinkTrouble | undefined
  readonly #address: string
  readonly #far: Far
  readonly #dice: Dice

  constructor(address: string, far: Far, dice: Dice) {
    this.#address = address
    this.#far = far
    this.#dice = dice
  }

  /** The network as one process of the device has it. */
  http(clock: Clock): Http {
    const fake = new FakeHttp({}, clock)
    return {
      send: async (call: HttpCall, signal?: AbortSignal) => {
        const trouble = this.#troubleNow()
        fake.route(this.#address, this.#handler(trouble, clock))
        fake.fault(this.#address, this.#faultOf(trouble), 1)
        await clock.sleep(this.#dice.whole(5, 80), signal)
        return fake.send(call, signal)
      },
    }
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

  #handler(trouble: LinkTrouble | undefined, clock: Clock): HttpHandler {
    return (request, signal) => this.#answers[trouble ?? 'flaky'](request, clock, signal)
  }

  /** What comes back in each trouble; those that are not of the handler's making let everything pass. */
  readonly #answers: Record<
    LinkTrouble,
    (request: HttpRequest, clock: Clock, signal: AbortSignal) => Promise<HttpResponse>
  > = {
    refused: (request) => this.#far(request),
    cut: (request) => this.#far(request),
    drip: (request) => this.#far(request),
    flaky: (request) => this.#far(request),
    lost: forever,
    'answers-lost': async (request) => {
      await this.#far(request)
      return forever()
    },
    slow: async (request, clock, signal) => {
      await clock.sleep(this.#dice.whole(1_000, 25_000), signal)
      return this.#far(request)
    },
    twice: async (request) => {
      await this.#far(request).catch(ofLine)
      return this.#far(request)
    },
    portal: async () => portal,
    fails: async () => ({ status: 503 }),
    'no-ranges': (request) => this.#far({ ...request, headers: { ...request.headers, range: '' } }),
  }
}

const forever = () => new Promise<never>(() => undefined)

function ofLine(error: unknown): void {
  if (!(error instanceof HttpError)) throw error
}
