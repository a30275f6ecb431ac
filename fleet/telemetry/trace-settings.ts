/** `endpoint` null: where the variables `OTEL_EXPORTER_OTLP_*` say. `ratio`: of the traces that begin here, 0 to 1. */
export interface TraceSettings {
  endpoint: string | null
  ratio: number
}

type Env = Readonly<Record<string, string | undefined>>

/** What the settings say, else what OpenTelemetry's own variables say; null: nobody wants traces. */
export function traceSettings(
  given: { endpoint?: string | undefined; ratio?: number | undefined } | undefined,
  env: Env,
): TraceSettings | null {
  if (given) return { endpoint: given.endpoint ?? null, ratio: given.ratio ?? ratioIn(env) }
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none') return null
  const endpoint = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? env['OTEL_EXPORTER_OTLP_ENDPOINT']
  return endpoint ? { endpoint: null, ratio: ratioIn(env) } : null
}

/** Every sampler of ours is «parent based»: who passes a `traceparent` on has decided. */
function ratioIn(env: Env): number {
  const sampler = (env['OTEL_TRACES_SAMPLER'] ?? '').replace(/^parentbased_/, '')
  const ratio = Number(env['OTEL_TRACES_SAMPLER_ARG'] ?? 1)
  if (sampler === 'always_off') return 0
  return sampler === 'traceidratio' && ratio >= 0 && ratio <= 1 ? ratio : 1
}
