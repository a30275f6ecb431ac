/** Only what tells nothing of anybody: methods, routes, statuses, kinds. Never a path, a body, a header or a value of a statement. */
export type SpanFacts = Readonly<Record<string, string | number>>

export interface SpanStart {
  name: string
  kind: 'server' | 'client' | 'internal'
  facts?: SpanFacts
  /** Whose work this goes on with (W3C `traceparent`). Default: the span that this happens in, if any. */
  parent?: string | undefined
}

export interface OpenSpan {
  /** What happens in here, and what follows from it, is inside the span. */
  within<T>(work: () => T): T
  note(facts: SpanFacts): void
  /** For others who go on with it. */
  traceparent(): string | undefined
  /** `failed`: the span is marked so; what it was is in the log. */
  end(failed?: boolean): void
}

/** Tells somebody else's system what took how long, and within what. */
export interface Tracing {
  open(start: SpanStart): OpenSpan
  /** Of the span that this happens in. */
  traceparent(): string | undefined
  stop(): Promise<void>
}

const noSpan: OpenSpan = {
  within: (work) => work(),
  note: () => undefined,
  traceparent: () => undefined,
  end: () => undefined,
}

/** Nobody wants to know. */
export const noTracing: Tracing = {
  open: () => noSpan,
  traceparent: () => undefined,
  stop: async () => undefined,
}

/** Does the work as a span. */
export async function traced<T>(tracing: Tracing, start: SpanStart, work: () => Promise<T>): Promise<T> {
  const span = tracing.open(start)
  try {
    const made = await span.within(work)
    span.end()
    return made
  } catch (error) {
    span.end(true)
    throw error
  }
}
