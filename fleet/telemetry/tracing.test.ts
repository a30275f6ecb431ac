import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { classOf } from '../adapters/postgres/trace-statements.ts'
import { traceSettings } from './trace-settings.ts'

describe('traces', () => {
  it.each([
    [undefined, {}, null],
    [undefined, { OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a' }, null],
    [undefined, { OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a' }, null],
    [undefined, { OTEL_EXPORTER_OTLP_ENDPOINT: '' }, null],
    [undefined, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a' }, { endpoint: null, ratio: 1 }],
    [undefined, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://a' }, { endpoint: null, ratio: 1 }],
    [{ endpoint: 'http://b/v1/traces' }, { OTEL_SDK_DISABLED: 'true' }, { endpoint: 'http://b/v1/traces', ratio: 1 }],
    [{ ratio: 0.5 }, {}, { endpoint: null, ratio: 0.5 }],
    [
      {},
      { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' },
      { endpoint: null, ratio: 0.1 },
    ],
    [{}, { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: 'x' }, { endpoint: null, ratio: 1 }],
    [{}, { OTEL_TRACES_SAMPLER: 'always_off' }, { endpoint: null, ratio: 0 }],
  ])('with settings %j and variables %j are %j', (given, env, expected) => {
    expect(traceSettings(given, env)).toEqual(expected)
  })

  it.each([
    [{ name: 'record', text: 'with x as …' }, 'record'],
    [{ text: 'select * from "devices" where id = $1' }, 'select devices'],
    ['insert into webhooks values ($1)', 'insert webhooks'],
    ['BEGIN', 'begin'],
    [{ cursor: true }, 'statement'],
  ])('call the statement %j %s', (given, expected) => {
    expect(classOf(given)).toBe(expected)
  })

  it('are let go at the end where nobody takes them, and nothing else stays behind because of that', async () => {
    const { openTelemetry } = await import('../adapters/open-telemetry.ts')
    const tracing = openTelemetry({ endpoint: 'http://127.0.0.1:1/v1/traces', ratio: 1 }, { me: 'me', version: '0' })
    tracing.open({ name: 'work', kind: 'internal' }).end()
    await expect(tracing.stop()).resolves.toBeUndefined()
  })

  it('cost nothing where nobody wants them: the SDK is not even loaded', () => {
    const place = join(import.meta.dirname, '..')
    const loading = readdirSync(place, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
      .filter(({ parentPath }) => !parentPath.includes('node_modules'))
      .map(({ parentPath, name }) => ({ name, text: readFileSync(join(parentPath, name), 'utf8') }))
    const importing = (what: RegExp) => loading.filter(({ text }) => what.test(text)).map(({ name }) => name)
    expect(importing(/from '@opentelemetry\//)).toEqual(['open-telemetry.ts'])
    expect(importing(/from '.*open-telemetry\.ts'/)).toEqual([])
    expect(importing(/await import\('.*open-telemetry\.ts'\)/)).toEqual(['start-fleet.ts'])
  })
})
