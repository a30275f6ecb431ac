import { describe, expect, it } from 'vitest'
import { parseDocument } from 'yaml'
import { type Description, readDescription } from './description.ts'
import { placeIn } from './place.ts'

const product = '229ffd7e08721d716163fc81a2dbaf6c90d449f0a3b009b6a2defe8a0b0d7381'

function read(yaml: string): Description {
  const given = parseDocument(yaml, { schema: 'failsafe' }).toJS()
  return readDescription(given, placeIn('release.yaml'), '/release')
}

function withObject(object: string, top = ''): string {
  return `product: ${product}\nversion: 2.0\n${top}\nobjects:\n  - ${object}\n`
}

describe('readDescription', () => {
  it('gives a raw object all defaults and one target for both sets', () => {
    const { objects } = read(withObject('{ mode: raw, file: rootfs.img, target: /dev/mmcblk0p2 }'))
    const fields = {
      'target-type': 'device',
      target: '/dev/mmcblk0p2',
      'chunk-size': 131072,
      skip: 0,
      seek: 0,
      count: -1,
      truncate: false,
    }
    expect(objects).toEqual([{ mode: 'raw', path: '/release/rootfs.img', fields: { a: fields, b: fields } }])
  })

  it('gives each set its own value where the description does', () => {
    const { objects } = read(
      withObject('{ mode: raw, file: /x, target: { a: /dev/a, b: /dev/b }, seek: { a: 1, b: 2 } }'),
    )
    expect(objects[0]?.fields.a).toMatchObject({ target: '/dev/a', seek: 1 })
    expect(objects[0]?.fields.b).toMatchObject({ target: '/dev/b', seek: 2 })
  })

  it('takes a version as it is written, not as YAML would count it', () => {
    expect(read(withObject('{ mode: zephyr, file: x }')).version).toBe('2.0')
  })

  it('keeps the zeros of a target-mode and tells ids from names', () => {
    const object =
      '{ mode: copy, file: x, target: /d, target-path: /p, filesystem: ext4, target-mode: 0644, target-uid: 0, target-gid: root }'
    expect(read(withObject(object)).objects[0]?.fields.a).toMatchObject({
      'target-mode': '0644',
      'target-uid': 0,
      'target-gid': 'root',
      'format?': false,
    })
  })

  it('supports any hardware unless names are given, each once and sorted', () => {
    const object = '{ mode: zephyr, file: x }'
    expect(read(withObject(object)).hardware).toBe('any')
    expect(read(withObject(object, 'hardware: [any]')).hardware).toBe('any')
    expect(() => read(withObject(object, 'hardware: [any, mk2]'))).toThrow(/hardware: expected any, a name or a list/)
    expect(read(withObject(object, 'hardware: gw-mk2')).hardware).toEqual(['gw-mk2'])
    expect(read(withObject(object, 'hardware: [mk3, mk2, mk3]')).hardware).toEqual(['mk2', 'mk3'])
  })

  it('writes no negative number into a condition (D6)', () => {
    const object =
      '{ mode: raw, file: x, target: /d, install-if-different: { version: 2.4, pattern: { regexp: "v([0-9.]+)" } } }'
    expect(read(withObject(object)).objects[0]?.fields.a['install-if-different']).toEqual({
      version: '2.4',
      pattern: { regexp: 'v([0-9.]+)', seek: 0, 'buffer-size': 1048576 },
    })
  })

  it.each([
    ['{ mode: rwa, file: x }', /objects\[0\]\.mode: expected one of copy, .*, got rwa/],
    ['{ mode: raw, file: x, traget: /d }', /objects\[0\]: unknown key "traget"; did you mean "target"\?/],
    ['{ mode: raw, file: x }', /objects\[0\]\.target: expected a value \(mode raw needs it\), got none/],
    ['{ mode: raw, target: /d }', /objects\[0\]\.file: expected text, got none/],
    ['{ mode: raw, file: x, target: { a: /d } }', /objects\[0\]\.target\.b: expected a value for this set too/],
    ['{ mode: raw, file: x, target: /d, seek: -1 }', /seek: expected a whole number, at least 0, got -1/],
    ['{ mode: raw, file: x, target: /d, chunk-size: 1 }', /chunk-size: expected a whole number, at least 2, got 1/],
    ['{ mode: raw, file: x, target: /d, truncate: maybe }', /truncate: expected true or false, got maybe/],
    [
      '{ mode: tarball, file: x, target: /d, compressed: true }',
      /objects\[0\]: unknown key "compressed"; known are mode, file, target, /,
    ],
    [
      '{ mode: raw, file: x, target: /d, install-if-different: { version: 1, pattern: { regexp: x, buffer-size: -1 } } }',
      /install-if-different\.pattern\.buffer-size: expected a whole number, at least 0, got -1/,
    ],
  ])('refuses %s', (object, message) => {
    expect(() => read(withObject(object))).toThrow(message)
  })

  it.each([
    ['version: 1\nobjects: []', /release\.yaml: product: expected text, got none/],
    ['product: gateway', /product: expected 64 lower-case hexadecimal digits, got gateway/],
    [`product: ${product}\nversion: 1\nobjects: []`, /objects: expected a list of at least one, got \[\]/],
    [`product: ${product}\nversoin: 1`, /release\.yaml: unknown key "versoin"; did you mean "version"\?/],
    ['- a', /expected a mapping of product, version, hardware, objects/],
  ])('refuses a document such as %s', (yaml, message) => {
    expect(() => read(yaml)).toThrow(message)
  })
})
