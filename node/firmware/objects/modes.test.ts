import { type Mode, modeNames, type PackageObject, type TestObject } from '@windlass/model'
import { describe, expect, it } from 'vitest'
import { modeFor } from './modes.ts'
import { fakePorts, never, noProgress, placedAt, rawObject, someBytes } from './objects-fixture.ts'
import { test } from './test.ts'

describe('modeFor', () => {
  it('knows every mode that a package may name', () => {
    const named = modeNames.map((mode: Mode) => modeFor({ ...rawObject(someBytes(1)), mode } as PackageObject))
    expect(new Set(named).size).toBe(modeNames.length)
  })

  it.each(['zephyr', 'mender'] as const)(
    'D24 refuses %s at the requirement check, with a reason of its own',
    async (mode) => {
      const { filename, size, sha256sum } = rawObject(someBytes(1))
      const object = { mode, filename, size, sha256sum }
      const refused = modeFor(object).check(object, fakePorts())
      await expect(refused).rejects.toMatchObject({ code: 'mode_unsupported' })
      await expect(refused).rejects.toThrow(mode === 'zephyr' ? 'a microcontroller' : "Mender's client")
    },
  )
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
