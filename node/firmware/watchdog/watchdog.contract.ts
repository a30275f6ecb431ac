import { describe, expect, it } from 'vitest'
import type { Watchdog } from './port.ts'

/** One for each test: `written` tells what came through, food as dots; `spoil` makes it one that cannot be had. */
export interface WatchdogBench {
  watchdog: Watchdog
  written(): string
  spoil(): void
}

/** What every watchdog promises. */
export function testWatchdog(name: string, make: () => Promise<WatchdogBench> | WatchdogBench): void {
  describe(`a watchdog: ${name}`, () => {
    it('counts from the moment it is armed, and says how long', async () => {
      const { watchdog, written } = await make()
      expect(await watchdog.arm()).toBe(60_000)
      expect(written()).toMatch(/^\.+$/)
    })

    it('is fed as often as told', async () => {
      const { watchdog, written } = await make()
      await watchdog.arm()
      const before = written().length
      await watchdog.feed()
      await watchdog.feed()
      expect(written().slice(before)).toBe('..')
    })

    it('is fed when it is armed once more', async () => {
      const { watchdog, written } = await make()
      await watchdog.arm()
      const before = written().length
      expect(await watchdog.arm()).toBe(60_000)
      expect(written().slice(before)).toMatch(/^\.+$/)
    })

    it('stops with the magic byte, the last one, and can be armed again', async () => {
      const { watchdog, written } = await make()
      await watchdog.arm()
      await watchdog.disarm()
      expect(written()).toMatch(/^\.+V$/)
      await watchdog.arm()
      expect(written()).toMatch(/\.$/)
      await watchdog.disarm()
    })

    it('hears nothing while it is not armed', async () => {
      const { watchdog, written } = await make()
      await watchdog.feed()
      await watchdog.disarm()
      expect(written()).toBe('')
    })

    it('says so when it cannot be had', async () => {
      const bench = await make()
      bench.spoil()
      await expect(bench.watchdog.arm()).rejects.toThrow()
      await bench.watchdog.feed()
      await bench.watchdog.disarm()
    })
  })
}
