import * as v from 'valibot'
import { anyCase, count, list, maybe, names, platformFields, present, readDocument, text } from './document-schema.ts'
import type { HealthCheck, ImageConfig } from './documents.ts'
import { platformDocument, platformOf } from './platform.ts'

const diffId = v.pipe(v.string(), v.regex(/^sha256:[a-f0-9]{64}$/, '"sha256:" and 64 lower-case hexadecimal digits'))
// Docker's, with times in nanoseconds; 0 stands for the default.
const nanoseconds = v.nullish(count, 0)
const healthcheck = anyCase({
  Test: list(v.string()),
  Interval: nanoseconds,
  Timeout: nanoseconds,
  StartPeriod: nanoseconds,
  Retries: nanoseconds,
})
const imageConfig = anyCase({
  ...platformFields,
  config: maybe(
    anyCase({
      ExposedPorts: names,
      Env: list(v.string()),
      Entrypoint: list(v.string()),
      Cmd: list(v.string()),
      WorkingDir: text,
      User: text,
      Healthcheck: maybe(healthcheck),
    }),
  ),
  rootfs: maybe(anyCase({ diff_ids: list(diffId) })),
})

/** An image's configuration. What it does not say is empty. @throws WireError */
export function decodeImageConfig(bytes: Uint8Array): ImageConfig {
  const { config, rootfs, ...platform } = readDocument('image config', imageConfig, bytes)
  return present({
    platform: platformOf(platform),
    exposedPorts: config?.ExposedPorts ?? [],
    env: config?.Env ?? [],
    entrypoint: config?.Entrypoint ?? [],
    cmd: config?.Cmd ?? [],
    workingDir: config?.WorkingDir ?? '',
    user: config?.User ?? '',
    diffIds: rootfs?.diff_ids ?? [],
    health: config?.Healthcheck && healthOf(config.Healthcheck),
  })
}

/** Undefined when it says `NONE`, or nothing. */
function healthOf({ Test, Interval, Timeout, StartPeriod, Retries }: v.InferOutput<typeof healthcheck>) {
  const [kind, ...args] = Test
  const command = kind === 'CMD' ? args : kind === 'CMD-SHELL' ? ['/bin/sh', '-c', args.join(' ')] : []
  if (command.length === 0) return undefined
  const ms = (value: number) => value / 1e6
  const check: HealthCheck = {
    command,
    intervalMs: ms(Interval) || 30_000,
    timeoutMs: ms(Timeout) || 30_000,
    startPeriodMs: ms(StartPeriod),
    retries: Retries || 3,
  }
  return check
}

function healthDocument({ command, intervalMs, timeoutMs, startPeriodMs, retries }: HealthCheck) {
  const ns = (ms: number) => Math.round(ms * 1e6)
  const times = { Interval: ns(intervalMs), Timeout: ns(timeoutMs), StartPeriod: ns(startPeriodMs) }
  return { Test: ['CMD', ...command], ...times, Retries: retries }
}

export function encodeImageConfig(image: ImageConfig): string {
  return JSON.stringify({
    ...platformDocument(image.platform),
    config: {
      User: image.user,
      ExposedPorts: Object.fromEntries(image.exposedPorts.map((port) => [port, {}])),
      Env: image.env,
      Entrypoint: image.entrypoint,
      Cmd: image.cmd,
      WorkingDir: image.workingDir,
      ...(image.health && { Healthcheck: healthDocument(image.health) }),
    },
    rootfs: { type: 'layers', diff_ids: image.diffIds },
  })
}
