import { type Mode, modeNames, type PackageObject, type TestObject } from '@windlass/model'
import { describe, expect, it } from 'vitest'
import { modeFor } from './modes.ts'
import { fakePorts, never, noProgress, placedAt, rawObject, someBytes } from './objects-fixture.ts'
import { test } from './test.ts'

describe('modeFor', () => {
  it('D24 knows what this agent installs, and nothing else', () => {
    const known = modeNames.filter((mode: Mode) => modeFor({ ...rawObject(someBytes(1)), mode } as PackageObject))
    expect(known).toEqual(['copy', 'raw', 'tarball', 'test'])
  })
})

describe('test', () => {
  const stored = someBytes(10)
  const { filename, size, sha256sum } = rawObject(stored)
  const object: TestObject = { mode: 'test', filename, size, sha256sum, target: 'anything', refuse: false }

  it('D21 is refused when it asks for it', async () => {
    await expect(test.check({ ...object, refuse: true }, fakePorts())).rejects.toMatchObject({
      code: 'requirement_failed',
    })
    await expect(test.check(object, fakePorts())).resolves.toBeUndefined()
  })

  it('checks its payload and changes nothing', async () => {
    const ports = fakePorts()
    const payload = placedAt(ports.files, stored)
    expect(await test.install(object, payload, ports, noProgress, never)).toBe('installed')
    const other = placedAt(ports.files, someBytes(10, 2))
    await expect(test.install(object, other, ports, noProgress, never)).rejects.toMatchObject({
      code: 'object_mismatch',
    })
    expect(ports.files.operations.filter(({ op }) => op === 'write')).toEqual([])
  })
})
