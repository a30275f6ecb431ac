import { type FleetEvent, fleetEvent } from './event.ts'

const longestLine = 1024 * 1024

/** One event as text/event-stream. */
export function encodeEvent(event: FleetEvent): string {
  return `data: ${JSON.stringify(event)}\n\n`
}

/** Reads server-sent events as `encodeEvent` writes them. Comments and events of unknown kinds are passed over. */
export async function* readEvents(answer: Response): AsyncIterable<FleetEvent> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const piece of answer.body ?? []) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > longestLine) throw new RangeError(`expected an event of at most ${longestLine} characters`)
    for (const line of lines) {
      const event = line.startsWith('data: ') && fleetEvent.safeParse(JSON.parse(line.slice(6)))
      if (event && event.success) yield event.data
    }
  }
}
