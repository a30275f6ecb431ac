import { createLog } from '@windlass/platform'
import { FakeClock, FakeFiles, memoryJournal } from '@windlass/platform/fakes'
import { expect, it } from 'vitest'
import { watchFolder } from './watched-folder.ts'

function setUp(busy: () => boolean = () => false, seen = memoryJournal<string[]>()) {
  const clock = new FakeClock()
  const files = new FakeFiles()
  const asked: string[] = []
  const quit = new AbortController()
  const install = async (path: string) => {
    if (busy()) return false
    asked.push(path)
    return true
  }
  const watching = watchFolder('/usb', install, { clock, files, seen, log: createLog([], () => 0) }, quit.signal)
  const end = async () => {
    quit.abort()
    await watching
  }
  return { clock, files, asked, end }
}

it('a package that appears is installed once, when it has stopped growing', async () => {
  const { clock, files, asked, end } = setUp()
  await clock.advance(6_000)
  files.put('/usb/gw-2.uhupkg', 'half')
  files.put('/usb/readme.txt', 'no')
  await clock.advance(5_000)
  files.put('/usb/gw-2.uhupkg', 'all of it')
  await clock.advance(5_000)
  expect(asked).toEqual([])
  await clock.advance(60_000)
  expect(asked).toEqual(['/usb/gw-2.uhupkg'])
  await end()
})

it('a package is asked for again while the agent is busy, and when it was taken away and brought back', async () => {
  let busy = true
  const { clock, files, asked, end } = setUp(() => busy)
  files.put('/usb/gw-2.uhupkg', 'x')
  await clock.advance(20_000)
  expect(asked).toHaveLength(0)
  busy = false
  await clock.advance(5_000)
  await files.remove('/usb/gw-2.uhupkg')
  await clock.advance(10_000)
  files.put('/usb/gw-2.uhupkg', 'x')
  await clock.advance(10_000)
  expect(asked).toHaveLength(2)
  await end()
})

it('a package on a stick that was left in is not asked for again after a restart, however late the stick is mounted', async () => {
  const seen = memoryJournal<string[]>()
  const first = setUp(() => false, seen)
  first.files.put('/usb/gw-2.uhupkg', 'x')
  await first.clock.advance(20_000)
  await first.end()
  const second = setUp(() => false, seen)
  await second.clock.advance(20_000)
  second.files.put('/usb/gw-2.uhupkg', 'x')
  await second.clock.advance(20_000)
  await second.end()
  expect([first.asked.length, second.asked.length]).toEqual([1, 0])
})

it('a stick that cannot be read is let be', async () => {
  const { clock, files, asked, end } = setUp()
  files.put('/usb/gw-2.uhupkg', 'x')
  for (let times = 0; times < 3; times++) files.failNext('facts', 'EIO', '/usb/gw-2.uhupkg')
  await clock.advance(30_000)
  expect(asked).toEqual(['/usb/gw-2.uhupkg'])
  await end()
})
