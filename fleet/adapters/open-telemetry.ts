import { AsyncLocalStorage } from 'node:async_hooks'
import { type Context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { TraceSettings } from '../telemetry/trace-settings.ts'
import type { OpenSpan, Tracing } from '../telemetry/tracing.ts'

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL } as const

/** Spans by OTLP over HTTP, in JSON, a batch every five seconds; what cannot be sent is dropped. Nothing of it is global. */
export function openTelemetry({ endpoint, ratio }: TraceSettings, process: { me: string; version: string }): Tracing {
  const exporter = new OTLPTraceExporter(endpoint === null ? {} : { url: endpoint })
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(
        resourceFromAttributes({
          'service.name': 'windlass-fleet',
          'service.version': process.version,
          'service.instance.id': process.me,
        }),
      )
      .merge(detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] })),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  })
  const tracer = provider.getTracer('windlass')
  const here = new AsyncLocalStorage<Context>()
  return {
    open({ name, kind, facts = {}, parent }) {
      const around = remote(parent) ?? here.getStore() ?? ROOT_CONTEXT
      const span = tracer.startSpan(name, { kind: kinds[kind], attributes: facts }, around)
      return openSpan(span, trace.setSpan(around, span), here)
    },
    traceparent() {
      const context = here.getStore()
      const span = context && trace.getSpan(context)
      return span && traceparentOf(span)
    },
    // The collector may be gone, too: nothing else may stay behind because of that.
    stop: () => provider.shutdown().catch(() => undefined),
  }
}

function openSpan(span: Span, context: Context, here: AsyncLocalStorage<Context>): OpenSpan {
  return {
    within: (work) => here.run(context, work),
    note: (facts) => void span.setAttributes(facts),
    traceparent: () => traceparentOf(span),
    end(failed = false) {
      if (failed) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    },
  }
}

/** W3C Trace Context, version 00; undefined for what is none. */
function remote(traceparent: string | undefined): Context | undefined {
  const [, traceId, spanId, flags] =
    /^00-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})$/.exec(traceparent ?? '') ?? []
  if (traceId === undefined || spanId === undefined) return undefined
  const traceFlags = Number.parseInt(flags ?? '0', 16) & TraceFlags.SAMPLED
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true })
}

function traceparentOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext()
  return `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`
}
