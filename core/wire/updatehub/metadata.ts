import type {
  InstallIfDifferent,
  ObjectBase,
  Package,
  PackageObject,
  PlainMode,
  Sha256,
  VersionPattern,
} from '@windlass/model'
import { modeNames } from '@windlass/model'
import * as v from 'valibot'
import { WireError } from '../wire-error.ts'
import { parseJson, shape } from './json-shape.ts'

/*
 * Package metadata as an agent reads it (updatehub.md 5.1 to 5.5): unknown keys are ignored, defaults are the agent's.
 * What a packager may write is stricter: see metadata-schema.ts.
 */

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const sha256 = v.pipe(v.string(), v.regex(/^[a-f0-9]{64}$/, '64 lower-case hexadecimal digits'))
const text = v.string()
const flag = v.optional(v.boolean(), false)

const common = { filename: text, size: whole, sha256sum: sha256 }
const targeted = { 'target-type': v.picklist(['device', 'mtdname', 'ubivolume']), target: text }
const compressible = { compressed: flag, 'required-uncompressed-size': v.optional(whole, 0) }

// -1 is what uhu writes for "not given", although the real agent then refuses the package (decision D6).
const offset = v.pipe(
  v.optional(v.pipe(v.number(), v.safeInteger()), 0),
  v.transform((n) => Math.max(n, 0)),
)
const bufferSize = v.pipe(
  v.optional(v.pipe(v.number(), v.safeInteger()), -1),
  v.transform((n) => (n < 0 ? null : n)),
)

const pattern = v.union([
  v.pipe(
    v.picklist(['linux-kernel', 'u-boot']),
    v.transform((kind): VersionPattern => ({ kind })),
  ),
  v.pipe(
    v.object({ regexp: text, seek: offset, 'buffer-size': bufferSize }),
    v.check((p) => isRegExp(p.regexp), 'a regular expression'),
    v.transform(
      (p): VersionPattern => ({ kind: 'regexp', regexp: p.regexp, seek: p.seek, bufferSize: p['buffer-size'] }),
    ),
  ),
])
const condition = v.union([
  v.pipe(
    v.string(),
    v.regex(/^sha256sum$/i, '"sha256sum"'),
    v.transform((): InstallIfDifferent => ({ by: 'content' })),
  ),
  v.pipe(
    v.object({ version: text, pattern }),
    v.transform((c): InstallIfDifferent => ({ by: 'version', version: c.version, pattern: c.pattern })),
  ),
])
const unless = v.optional(condition)

const filesystem = v.picklist(['btrfs', 'ext2', 'ext3', 'ext4', 'vfat', 'f2fs', 'jffs2', 'ubifs', 'xfs'])
const onFilesystem = {
  ...targeted,
  filesystem,
  'target-path': text,
  'mount-options': v.optional(text, ''),
  'format?': flag,
  'format-options': v.optional(text, ''),
}
const owner = v.optional(v.union([text, whole]))
const octal = v.optional(v.pipe(v.string(), v.regex(/^[0-7]{3,4}$/, 'octal digits, at most 7777')))
const chunkSize = v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(2), v.maxValue(64 * 1024 * 1024)), 131072)

const copy = v.object({
  ...common,
  ...onFilesystem,
  ...compressible,
  'target-mode': octal,
  'target-uid': owner,
  'target-gid': owner,
  'install-if-different': unless,
})
const raw = v.object({
  ...common,
  ...targeted,
  ...compressible,
  'chunk-size': chunkSize,
  skip: v.optional(whole, 0),
  seek: v.optional(whole, 0),
  count: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(-1)), -1),
  truncate: v.optional(v.boolean(), true),
  'install-if-different': unless,
})
const tarball = v.object({ ...common, ...onFilesystem, ...compressible })
const test = v.object({ ...common, target: text, 'force-check-requirements-fail': v.boolean() })
const flash = v.object({ ...common, ...targeted, 'install-if-different': unless })
const ubifs = v.object({ ...common, ...targeted, ...compressible })
const rawDelta = v.object({
  ...common,
  ...targeted,
  'chunk-size': chunkSize,
  seek: v.optional(whole, 0),
  'header-sha256sum': v.optional(sha256), // ours; UpdateHub's agent passes over it
})
const imxkobs = v.object({
  ...common,
  '1k_padding': flag,
  search_exponent: v.optional(whole, 0),
  chip_0_device_path: v.optional(text),
  chip_1_device_path: v.optional(text),
  'install-if-different': unless,
  install_if_different: unless, // the spelling the real agent reads (decision D8)
})

const base = (o: v.InferOutput<v.ObjectSchema<typeof common, undefined>>) => ({
  filename: o.filename,
  size: o.size,
  sha256sum: o.sha256sum as Sha256,
})
const where = (o: { 'target-type': 'device' | 'mtdname' | 'ubivolume'; target: string }) => ({
  targetType: o['target-type'],
  target: o.target,
})
const packed = (o: { compressed: boolean; 'required-uncompressed-size': number }) => ({
  compressed: o.compressed,
  uncompressedSize: o['required-uncompressed-size'],
})
const placed = (o: v.InferOutput<typeof tarball>) => ({
  ...where(o),
  filesystem: o.filesystem,
  targetPath: o['target-path'].replace(/^\/+/, ''),
  mountOptions: o['mount-options'],
  format: o['format?'],
  formatOptions: o['format-options'],
})

type Readers = { [M in PackageObject['mode']]: (value: unknown, at: string) => Extract<PackageObject, { mode: M }> }

function plain<M extends PlainMode>(mode: M) {
  return (value: unknown, at: string): ObjectBase & { mode: M } => ({
    mode,
    ...base(shape(at, v.object(common), value)),
  })
}

const readers: Readers = {
  copy(value, at) {
    const o = shape(at, copy, value)
    return {
      mode: 'copy',
      ...base(o),
      ...placed(o),
      ...packed(o),
      targetMode: o['target-mode'] === undefined ? null : Number.parseInt(o['target-mode'], 8),
      targetUid: o['target-uid'] ?? null,
      targetGid: o['target-gid'] ?? null,
      unless: o['install-if-different'] ?? null,
    }
  },
  raw(value, at) {
    const o = shape(at, raw, value)
    return {
      mode: 'raw',
      ...base(o),
      ...where(o),
      ...packed(o),
      chunkSize: o['chunk-size'],
      skip: o.skip,
      seek: o.seek,
      count: o.count === -1 ? null : o.count,
      truncate: o.truncate,
      unless: o['install-if-different'] ?? null,
    }
  },
  tarball(value, at) {
    const o = shape(at, tarball, value)
    return { mode: 'tarball', ...base(o), ...placed(o), ...packed(o) }
  },
  test(value, at) {
    const o = shape(at, test, value)
    return { mode: 'test', ...base(o), target: o.target, refuse: o['force-check-requirements-fail'] }
  },
  flash(value, at) {
    const o = shape(at, flash, value)
    return { mode: 'flash', ...base(o), ...where(o), unless: o['install-if-different'] ?? null }
  },
  ubifs(value, at) {
    const o = shape(at, ubifs, value)
    return { mode: 'ubifs', ...base(o), ...where(o), ...packed(o) }
  },
  'raw-delta'(value, at) {
    const o = shape(at, rawDelta, value)
    const headerSha256 = (o['header-sha256sum'] ?? null) as Sha256 | null
    return { mode: 'raw-delta', ...base(o), ...where(o), chunkSize: o['chunk-size'], seek: o.seek, headerSha256 }
  },
  imxkobs(value, at) {
    const o = shape(at, imxkobs, value)
    return {
      mode: 'imxkobs',
      ...base(o),
      padding1k: o['1k_padding'],
      searchExponent: o.search_exponent,
      chip0DevicePath: o.chip_0_device_path ?? null,
      chip1DevicePath: o.chip_1_device_path ?? null,
      unless: o['install-if-different'] ?? o.install_if_different ?? null,
    }
  },
  mender: plain('mender'),
  'uboot-env': plain('uboot-env'),
  zephyr: plain('zephyr'),
}

const anyObject = v.looseObject({ mode: v.picklist(modeNames) })
const outer = v.object({
  product: text,
  version: text,
  'supported-hardware': v.optional(v.union([v.literal('any'), v.array(text)]), 'any'),
  objects: v.pipe(v.array(v.array(anyObject)), v.minLength(1), v.maxLength(2)),
})

/**
 * Reads package metadata the way a device must (updatehub.md 5.1).
 *
 * One set stands for both (decision D14). Object names that are not digests are refused (decision D11).
 * @throws WireError naming the place, what was expected there and what came
 */
export function decodeMetadata(bytes: string | Uint8Array): Package {
  const m = shape('metadata', outer, parseJson('metadata', bytes))
  const sets = m.objects.map((set, i) => set.map((o, j) => readers[o.mode](o, `metadata.objects[${i}][${j}]`)))
  const [a, b = a] = sets
  if (!a || !b) throw new WireError('wrong_shape', 'metadata.objects: expected one or two sets, got none')
  return { product: m.product, version: m.version, hardware: m['supported-hardware'], sets: { a, b } }
}

function isRegExp(source: string): boolean {
  try {
    return new RegExp(source).source.length > 0
  } catch {
    return false
  }
}
