import type { ComponentUpdate } from '@windlass/model/unit'
import { describe, expect, it } from 'vitest'
import type { Firmware } from '../ports.ts'

/** A unit whose node `um1` has component `rootfs_1` at 1.0.0; `breaks` makes that phase fail once. */
export interface FirmwareBench {
  firmware: Firmware
  breaks(phase: 'prepare' | 'start'): void
}

const never = new AbortController().signal

const update: ComponentUpdate = {
  componentId: 'rootfs_1',
  componentType: 'rootfs',
  version: '2.0.0',
  annotations: '',
  url: 'file:///x',
  sha3: new Uint8Array(32),
  size: 1,
}
const updates = new Map([['um1', [update]]])

/** What every Firmware has to do. */
export function testFirmware(name: string, make: () => Promise<FirmwareBench>): void {
  const listed = (firmware: Firmware) => firmware.components().map(({ version, state }) => `${version} ${state}`)
  const managerIs = (firmware: Firmware) => firmware.managers().map(({ nodeId, state }) => `${nodeId} ${state}`)

  describe(`${name} as Firmware`, () => {
    it('goes from phase to phase', async () => {
      const { firmware } = await make()
      await firmware.prepare(updates, never)
      expect(managerIs(firmware)).toEqual(['um1 prepared'])
      expect(listed(firmware)).toEqual(['1.0.0 installed', '2.0.0 installing'])
      await firmware.start(never)
      expect(managerIs(firmware)).toEqual(['um1 updated'])
      await firmware.apply(never)
      expect(managerIs(firmware)).toEqual(['um1 idle'])
      expect(listed(firmware)).toEqual(['2.0.0 installed'])
    })

    it('may be led back', async () => {
      const { firmware } = await make()
      await firmware.prepare(updates, never)
      await firmware.start(never)
      await firmware.revert(never)
      expect(managerIs(firmware)).toEqual(['um1 idle'])
      expect(listed(firmware)).toEqual(['1.0.0 installed'])
    })

    it.each(['prepare', 'start'] as const)('says that it could not %s', async (phase) => {
      const { firmware, breaks } = await make()
      breaks(phase)
      const run = async () => {
        await firmware.prepare(updates, never)
        await firmware.start(never)
      }
      await expect(run()).rejects.toMatchObject({ code: 'component_failed' })
      await firmware.revert(never)
      expect(listed(firmware)).toContain('1.0.0 installed')
      expect(managerIs(firmware)).toEqual(['um1 idle'])
    })

    it('tells who watches, until he has enough', async () => {
      const { firmware } = await make()
      let told = 0
      const unwatch = firmware.watch(() => told++)
      await firmware.prepare(updates, never)
      const heard = told
      expect(heard).toBeGreaterThan(0)
      unwatch()
      await firmware.revert(never)
      expect(told).toBe(heard)
    })

    it('stops when it is told to', async () => {
      const { firmware } = await make()
      await expect(firmware.prepare(updates, AbortSignal.abort(new Error('newer')))).rejects.toThrow('newer')
    })
  })
}
