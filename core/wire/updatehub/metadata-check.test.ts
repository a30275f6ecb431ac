import { describe, expect, it } from 'vitest'
import { checkMetadata, decodeMetadata } from './index.ts'

const digest = 'c775e7b757ede630cd0aa1113bd102661ab38829ca52a6422ab782862f268646'
const common = { filename: 'file', size: 10, sha256sum: digest }
const device = { 'target-type': 'device', target: '/dev/sda1' }
const volume = { 'target-type': 'ubivolume', target: 'rootfs' }
const onDisk = { filesystem: 'ext4', 'target-path': '/boot/file' }
const known = { version: '6.6.9', pattern: 'linux-kernel' }
const custom = { version: '2.4', pattern: { regexp: 'v([0-9.]+)', seek: 0, 'buffer-size': 4096 } }

type Json = Record<string, unknown>
const least: Record<string, Json> = {
  copy: { ...common, ...device, ...onDisk, mode: 'copy' },
  flash: { ...common, ...device, mode: 'flash' },
  imxkobs: { ...common, mode: 'imxkobs' },
  mender: { ...common, mode: 'mender' },
  raw: { ...common, ...device, mode: 'raw' },
  'raw-delta': { ...common, ...device, mode: 'raw-delta' },
  tarball: { ...common, ...device, ...onDisk, mode: 'tarball' },
  ubifs: { ...common, ...volume, mode: 'ubifs' },
  'uboot-env': { ...common, mode: 'uboot-env' },
  zephyr: { ...common, mode: 'zephyr' },
}
const packed = { compressed: true, 'required-uncompressed-size': 20 }
const formatted = { 'format?': true, 'format-options': '-L root', 'mount-options': 'data=journal' }
const most: Record<string, Json> = {
  copy: {
    ...formatted,
    ...packed,
    'target-mode': '0644',
    'target-uid': 0,
    'target-gid': 'root',
    'install-if-different': 'sha256sum',
  },
  flash: { 'target-type': 'mtdname', 'install-if-different': known },
  imxkobs: {
    '1k_padding': true,
    search_exponent: 2,
    chip_0_device_path: '/dev/mtd0',
    chip_1_device_path: '/dev/mtd1',
    'install-if-different': custom,
  },
  raw: {
    ...packed,
    'chunk-size': 131072,
    skip: 0,
    seek: 0,
    count: -1,
    truncate: false,
    'install-if-different': { version: '1', pattern: 'u-boot' },
  },
  'raw-delta': { 'chunk-size': 4096, seek: 1, 'header-sha256sum': digest },
  tarball: { ...formatted, ...packed, 'target-type': 'mtdname' },
  ubifs: packed,
}

const metadata = (object: Json, more: Json = {}) =>
  JSON.stringify({
    product: digest,
    version: '2.0',
    'supported-hardware': 'any',
    objects: [[object], [object]],
    ...more,
  })
const raw = (more: Json = {}) => ({ ...least.raw, ...more })

describe('checkMetadata()', () => {
  it.each(Object.keys(least))('P4 finds nothing wrong with the least and the most that %s can say', (mode) => {
    for (const object of [least[mode] ?? {}, { ...least[mode], ...most[mode] }]) {
      expect(checkMetadata(metadata(object))).toEqual([])
      expect(() => decodeMetadata(metadata(object))).not.toThrow()
    }
  })

  it.each(Object.keys(least))('misses each key that %s needs', (mode) => {
    for (const key of Object.keys(least[mode] ?? {}).filter((k) => k !== 'mode')) {
      const object = { ...least[mode], [key]: undefined }
      const problem = `objects[0][0].${key}: expected a value, got none`
      expect(checkMetadata(metadata(object))).toEqual([problem, problem.replace('[0]', '[1]')])
    }
  })

  it.each(Object.keys(least))('refuses a key that %s does not know', (mode) => {
    expect(checkMetadata(metadata({ ...least[mode], extra: 1 }))).toContain('objects[0][0].extra: expected no such key')
  })

  it('takes mode test only when asked to', () => {
    const test = { ...common, mode: 'test', target: '/dev/null', 'force-check-requirements-fail': false }
    expect(checkMetadata(metadata(test))[0]).toMatch(/^objects\[0\]\[0\]\.mode: expected .*, got "test"$/)
    expect(checkMetadata(metadata(test), { allowTest: true })).toEqual([])
  })

  it('reports all problems at once, each with its place', () => {
    const text = metadata(raw({ size: -1, sha256sum: 'x' }), {
      version: '',
      objects: [[raw({ size: -1, sha256sum: 'x' })]],
    })
    expect(checkMetadata(text)).toEqual([
      'version: expected a text that is not empty, got ""',
      'objects[0][0].size: expected an integer from 0 on, got -1',
      'objects[0][0].sha256sum: expected 64 lower-case hexadecimal digits, got "x"',
    ])
  })

  it('takes one set as well as two, not none or three', () => {
    expect(checkMetadata(metadata({}, { objects: [[raw()]] }))).toEqual([])
    expect(checkMetadata(metadata({}, { objects: [] }))).toEqual(['objects: expected one or two sets, got 0'])
    expect(checkMetadata(metadata({}, { objects: [[raw()], [raw()], [raw()]] }))).toEqual([
      'objects: expected one or two sets, got 3',
    ])
    expect(checkMetadata(metadata({}, { objects: [[raw()], []] }))[0]).toBe(
      'objects[1]: expected a set of at least one object, got 0',
    )
  })

  it('wants the same file names in the same order in both sets', () => {
    const [a, b] = [raw({ filename: 'a' }), raw({ filename: 'b' })]
    expect(
      checkMetadata(
        metadata(
          {},
          {
            objects: [
              [a, b],
              [a, b],
            ],
          },
        ),
      ),
    ).toEqual([])
    expect(
      checkMetadata(
        metadata(
          {},
          {
            objects: [
              [a, b],
              [b, a],
            ],
          },
        ),
      ),
    ).toEqual(['objects: expected the same file names in the same order in both sets, got ["a","b"] and ["b","a"]'])
  })

  it('says of bytes that are no JSON or no object only this', () => {
    expect(checkMetadata(Buffer.from('{"product'))).toEqual([expect.stringContaining('expected JSON')])
    expect(checkMetadata(Buffer.from([0x22, 0xff, 0x22]))).toEqual([expect.stringContaining('expected JSON')])
    expect(checkMetadata('null')).toEqual(['expected Object, got null'])
  })
})

/** Object or top-level keys; where the problem is; what it says. */
const wrong: [string, Json, string][] = [
  ['no file name', raw({ filename: '' }), '.filename: expected a text that is not empty'],
  ['size as text', raw({ size: '10' }), '.size: expected number'],
  ['size in halves', raw({ size: 1.5 }), '.size: expected an integer'],
  ['digest in capitals', raw({ sha256sum: digest.toUpperCase() }), '.sha256sum: expected 64 lower-case'],
  ['digest that is a path', raw({ sha256sum: '../../x' }), '.sha256sum: expected 64 lower-case'],
  ['mode unknown', raw({ mode: 'docker' }), '.mode: expected'],
  ['raw into an mtdname', raw({ 'target-type': 'mtdname' }), '.target-type: expected "device", got "mtdname"'],
  ['ubifs into a device', { ...least.ubifs, ...device }, '.target-type: expected "ubivolume"'],
  ['count below -1', raw({ count: -2 }), '.count: expected an integer from -1 on'],
  ['skip below 0', raw({ skip: -1 }), '.skip: expected an integer from 0 on'],
  ['truncate as text', raw({ truncate: 'yes' }), '.truncate: expected boolean'],
  [
    'condition in capitals',
    raw({ 'install-if-different': 'SHA256SUM' }),
    '.install-if-different: expected "sha256sum" or',
  ],
  [
    'condition without version',
    raw({ 'install-if-different': { pattern: 'u-boot' } }),
    '.install-if-different: expected',
  ],
  [
    'pattern unknown',
    raw({ 'install-if-different': { ...known, pattern: 'grub' } }),
    '.install-if-different: expected',
  ],
  [
    'pattern with more keys',
    raw({ 'install-if-different': { ...custom, extra: 1 } }),
    '.install-if-different: expected',
  ],
  [
    'condition in the agent spelling',
    { ...least.imxkobs, install_if_different: 'sha256sum' },
    '.install_if_different: expected no such key',
  ],
  ['filesystem unknown', { ...least.copy, filesystem: 'ntfs' }, '.filesystem: expected'],
  ['target-mode of 3 digits', { ...least.copy, 'target-mode': '644' }, '.target-mode: expected a text of 4 digits'],
  ['target-mode as number', { ...least.copy, 'target-mode': 420 }, '.target-mode: expected string'],
  ['uid without gid', { ...least.copy, 'target-uid': 0 }, ': expected "target-uid" and "target-gid", both or none'],
  [
    'gid without uid',
    { ...least.copy, 'target-gid': 'root' },
    ': expected "target-uid" and "target-gid", both or none',
  ],
  [
    'format-options alone',
    { ...least.copy, 'format-options': '-L x' },
    ': expected "format-options" only together with',
  ],
  [
    'format-options without format',
    { ...least.tarball, 'format?': false, 'format-options': '' },
    ': expected "format-options" only together with',
  ],
  [
    'ubifs size without compressed',
    { ...least.ubifs, 'required-uncompressed-size': 1 },
    ': expected "required-uncompressed-size" only together with',
  ],
]
const wrongOutside: [string, Json, string][] = [
  ['product too short', { product: digest.slice(1) }, 'product: expected 64 lower-case'],
  ['no version', { version: '' }, 'version: expected a text that is not empty'],
  ['version as number', { version: 2 }, 'version: expected string'],
  ['hardware missing', { 'supported-hardware': undefined }, 'supported-hardware: expected a value, got none'],
  ['hardware other than any', { 'supported-hardware': 'all' }, 'supported-hardware: expected "any" or'],
  ['hardware twice', { 'supported-hardware': ['a', 'a'] }, 'supported-hardware: expected "any" or'],
  ['hardware empty', { 'supported-hardware': [] }, 'supported-hardware: expected "any" or'],
  ['a key too many', { comment: 'x' }, 'comment: expected no such key'],
]

describe('checkMetadata() refuses', () => {
  it.each(wrong)('%s', (_, object, problem) => {
    expect(checkMetadata(metadata(object))[0]).toContain(`objects[0][0]${problem}`)
  })

  it.each(wrongOutside)('%s', (_, keys, problem) => {
    expect(checkMetadata(metadata(raw(), keys))).toEqual([expect.stringContaining(problem)])
  })
})

describe('checkMetadata() lets pass what only agents refuse:', () => {
  it.each<[string, Json]>([
    ['D14 chunk-size 0', raw({ 'chunk-size': 0 })],
    ['D14 chunk-size 1', raw({ 'chunk-size': 1 })],
    ['D25 target-mode 0899', { ...least.copy, 'target-mode': '0899' }],
  ])('%s', (_, object) => {
    expect(checkMetadata(metadata(object))).toEqual([])
    expect(() => decodeMetadata(metadata(object))).toThrow()
  })
})
