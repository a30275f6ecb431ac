import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog, MemoryLog } from '@windlass/platform'
import { ended, FakeClock, FakeFiles, FakeProcesses } from '@windlass/platform/fakes'
import { describe, expect, it, onTestFinished } from 'vitest'
import { DeviceWatchdog, watchdogOf } from './device-watchdog.ts'
import { FakeWatchdog } from './fake-watchdog.ts'
import { Guard } from './guard.ts'
import { testWatchdog } from './watchdog.contract.ts'

const silent = createLog([], () => 0)

function onFile(timeout?: string) {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-watchdog-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const device = join(folder, 'watchdog')
  writeFileSync(device, '')
  const files = new FakeFiles()
  if (timeout !== undefined) files.put('/sys/class/watchdog/watchdog0/timeout', timeout)
  const processes = new FakeProcesses({ wdctl: () => ended() })
  const watchdog = new DeviceWatchdog({ device, timeMs: 60_000 }, { files, processes, log: silent })
  onTestFinished(() => watchdog.disarm())
  return { watchdog, processes, device, written: () => readFileSync(device, 'latin1'), spoil: () => rmSync(device) }
}

testWatchdog('the fake', () => {
  const watchdog = new FakeWatchdog(new FakeClock(), 60_000)
  const spoil = () => {
    watchdog.trouble = new Error('EBUSY')
  }
  return { watchdog, written: () => watchdog.written, spoil }
})

testWatchdog('a device, with a file in its place', () => onFile())

describe('a watchdog of the kernel', () => {
  it('is taken by itself only where there is one', async () => {
    const means = { files: new FakeFiles(), processes: new FakeProcesses(), log: silent }
    const wish = { device: 'auto', timeMs: 60_000 }
    expect(await watchdogOf(wish, means)).toBeNull()
    means.files.put('/dev/watchdog', '')
    expect(await watchdogOf(wish, means)).toBeInstanceOf(DeviceWatchdog)
    expect(await watchdogOf(null, means)).toBeNull()
  })

  it('is asked for its time before it is opened, and believed when it has another', async () => {
    const { watchdog, processes, device } = onFile('32\n')
    expect(await watchdog.arm()).toBe(32_000)
    expect(processes.calls[0]?.args).toEqual(['--settimeout', '60', device])
  })

  it('is a character device, which has no offsets', async () => {
    const means = { files: new FakeFiles(), processes: new FakeProcesses(), log: silent }
    const watchdog = new DeviceWatchdog({ device: '/dev/null', timeMs: 60_000 }, means)
    expect(await watchdog.arm()).toBe(60_000)
    await watchdog.feed()
    await watchdog.disarm()
  })
})

describe('the guard', () => {
  function guarded() {
    const clock = new FakeClock()
    let bitten: number | undefined
    const watchdog = new FakeWatchdog(clock, 60_000, () => (bitten = clock.uptime()))
    const memory = new MemoryLog()
    memory.start()
    const guard = new Guard(watchdog, { clock, log: createLog([memory.sink], () => 0) })
    return { clock, watchdog, guard, memory, bitten: () => bitten }
  }

  it('feeds for as long as the work may take, and lets it bite after that', async () => {
    const { clock, guard, bitten, memory } = guarded()
    await guard.allow(300_000)
    await clock.advance(350_000)
    expect(bitten()).toBeUndefined()
    await clock.advance(60_000)
    expect(bitten()).toBe(360_000)
    expect(memory.toText()).toContain('no progress')
  })

  it('goes on as long as progress is told', async () => {
    const { clock, guard, bitten } = guarded()
    for (let rounds = 0; rounds < 20; rounds++) {
      await guard.allow(30_000)
      await clock.advance(25_000)
    }
    expect(bitten()).toBeUndefined()
    await guard.release()
  })

  it('is released with the magic byte and can be asked again', async () => {
    const { clock, guard, watchdog, bitten } = guarded()
    await guard.release()
    await guard.allow(1_000_000)
    await guard.release()
    await clock.advance(1_000_000)
    expect([watchdog.armed, watchdog.written, bitten()]).toEqual([false, '.V', undefined])
    await guard.allow(1_000)
    expect(watchdog.armed).toBe(true)
    await guard.release()
  })

  it('goes on without a watchdog, and without one that another program holds', async () => {
    const { guard, watchdog, memory } = guarded()
    watchdog.trouble = new Error('EBUSY')
    await guard.allow(1_000)
    await guard.release()
    expect(memory.toText()).toContain('no watchdog')
    const none = new Guard(null, { clock: new FakeClock(), log: silent })
    await none.allow(1_000)
    await none.release()
  })
})
