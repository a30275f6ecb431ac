import * as v from 'valibot'
import { anyCase, list, maybe, names, platformFields, readDocument, text } from './document-schema.ts'
import type { ImageConfig } from './documents.ts'
import { platformDocument, platformOf } from './platform.ts'

const diffId = v.pipe(v.string(), v.regex(/^sha256:[a-f0-9]{64}$/, '"sha256:" and 64 lower-case hexadecimal digits'))
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
    }),
  ),
  rootfs: maybe(anyCase({ diff_ids: list(diffId) })),
})

/** An image's configuration. What it does not say is empty. @throws WireError */
export function decodeImageConfig(bytes: Uint8Array): ImageConfig {
  const { config, rootfs, ...platform } = readDocument('image config', imageConfig, bytes)
  return {
    platform: platformOf(platform),
    exposedPorts: config?.ExposedPorts ?? [],
    env: config?.Env ?? [],
    entrypoint: config?.Entrypoint ?? [],
    cmd: config?.Cmd ?? [],
    workingDir: config?.WorkingDir ?? '',
    user: config?.User ?? '',
    diffIds: rootfs?.diff_ids ?? [],
  }
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
    },
    rootfs: { type: 'layers', diff_ids: image.diffIds },
  })
}
