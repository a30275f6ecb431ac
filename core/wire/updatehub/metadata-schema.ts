import type { Mode, TargetType } from '@windlass/model'
import * as v from 'valibot'

/*
 * Package metadata as its publisher must write it: UpdateHub's package schema (updatehub.md 5.1 to 5.5, the schema's side).
 * Unlike an agent (metadata.ts), it knows no defaults and lets no unknown key pass.
 */

const integer = v.pipe(v.number(), v.safeInteger('an integer'))
const count = v.pipe(integer, v.minValue(0, 'an integer from 0 on'))
const someText = v.pipe(v.string(), v.regex(/./s, 'a text that is not empty'))
const sha256 = v.pipe(v.string(), v.regex(/^[a-f0-9]{64}$/, '64 lower-case hexadecimal digits'))
const text = v.optional(v.string())
const flag = v.optional(v.boolean())

const common = <M extends Mode>(mode: M) => ({
  mode: v.literal(mode),
  filename: someText,
  size: count,
  sha256sum: sha256,
})
const targeted = <T extends TargetType>(...types: readonly T[]) => ({
  'target-type': v.picklist(types),
  target: someText,
})
const compressible = { compressed: flag, 'required-uncompressed-size': v.optional(count) }

const pattern = v.union(
  [
    v.picklist(['linux-kernel', 'u-boot']),
    v.strictObject({ regexp: v.string(), seek: v.optional(integer), 'buffer-size': v.optional(integer) }),
  ],
  '"linux-kernel", "u-boot" or {regexp, seek?, buffer-size?}',
)
const unless = {
  'install-if-different': v.optional(
    v.union(
      [v.literal('sha256sum'), v.strictObject({ version: v.string(), pattern })],
      '"sha256sum" or {version, pattern} with pattern "linux-kernel", "u-boot" or {regexp, seek?, buffer-size?}',
    ),
  ),
}
const onFilesystem = {
  filesystem: v.picklist(['btrfs', 'ext2', 'ext3', 'ext4', 'vfat', 'f2fs', 'jffs2', 'ubifs', 'xfs']),
  'target-path': v.string(),
  'mount-options': text,
  'format?': flag,
  'format-options': text,
}
const owner = v.optional(v.union([v.string(), integer], 'a name or a number'))

const formatOptions = <T extends { 'format?'?: boolean | undefined; 'format-options'?: string | undefined }>() =>
  v.check<T, string>(
    (o) => o['format-options'] === undefined || o['format?'] === true,
    '"format-options" only together with "format?": true',
  )
const owners = <T extends { 'target-uid'?: unknown; 'target-gid'?: unknown }>() =>
  v.check<T, string>(
    (o) => (o['target-uid'] === undefined) === (o['target-gid'] === undefined),
    '"target-uid" and "target-gid", both or none',
  )
const uncompressedSize = <T extends { compressed?: boolean | undefined; 'required-uncompressed-size'?: unknown }>() =>
  v.check<T, string>(
    (o) => o['required-uncompressed-size'] === undefined || o.compressed === true,
    '"required-uncompressed-size" only together with "compressed": true',
  )

/** One object, by its mode. */
export const objectSchemas = {
  copy: v.pipe(
    v.strictObject({
      ...common('copy'),
      ...targeted('device'),
      ...onFilesystem,
      ...compressible,
      ...unless,
      'target-mode': v.optional(v.pipe(v.string(), v.regex(/^[0-9]{4}$/, 'a text of 4 digits'))),
      'target-uid': owner,
      'target-gid': owner,
    }),
    formatOptions(),
    owners(),
  ),
  flash: v.strictObject({ ...common('flash'), ...targeted('device', 'mtdname'), ...unless }),
  imxkobs: v.strictObject({
    ...common('imxkobs'),
    ...unless,
    '1k_padding': flag,
    search_exponent: v.optional(integer),
    chip_0_device_path: text,
    chip_1_device_path: text,
  }),
  mender: v.strictObject(common('mender')),
  raw: v.strictObject({
    ...common('raw'),
    ...targeted('device'),
    ...compressible,
    ...unless,
    'chunk-size': v.optional(count),
    skip: v.optional(count),
    seek: v.optional(count),
    count: v.optional(v.pipe(integer, v.minValue(-1, 'an integer from -1 on'))),
    truncate: flag,
  }),
  'raw-delta': v.strictObject({
    ...common('raw-delta'),
    ...targeted('device'),
    'chunk-size': v.optional(count),
    seek: v.optional(count),
    'header-sha256sum': v.optional(sha256), // not in UpdateHub's schema: see RawDeltaObject
  }),
  tarball: v.pipe(
    v.strictObject({
      ...common('tarball'),
      ...targeted('device', 'mtdname', 'ubivolume'),
      ...onFilesystem,
      ...compressible,
    }),
    formatOptions(),
  ),
  test: v.strictObject({ ...common('test'), target: v.string(), 'force-check-requirements-fail': v.boolean() }),
  ubifs: v.pipe(v.strictObject({ ...common('ubifs'), ...targeted('ubivolume'), ...compressible }), uncompressedSize()),
  'uboot-env': v.strictObject(common('uboot-env')),
  zephyr: v.strictObject(common('zephyr')),
} satisfies Record<Mode, v.GenericSchema>

const hardwareText = '"any" or a list of different texts, at least one'
const hardware = v.union(
  [
    v.literal('any'),
    v.pipe(
      v.array(v.string()),
      v.minLength(1, hardwareText),
      v.check((names) => new Set(names).size === names.length, hardwareText),
    ),
  ],
  hardwareText,
)
/** All but the objects. */
export const outerSchema = v.strictObject({
  product: sha256,
  version: someText,
  'supported-hardware': hardware,
  objects: v.pipe(
    v.array(v.pipe(v.array(v.unknown()), v.minLength(1, 'a set of at least one object'))),
    v.minLength(1, 'one or two sets'),
    v.maxLength(2, 'one or two sets'),
  ),
})
