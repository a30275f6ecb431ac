import { createLog } from '@windlass/platform'
import { FakeClock, FakeFiles } from '@windlass/platform/fakes'
import { expect, it } from 'vitest'
import { watchFolder } from './watched-folder.ts'

function setUp(busy: () => boolean = () => false) {
  const clock = new FakeClock()
  const files = new FakeFiles({ now: () => clock.now() })
  const asked: string[] = []
  const quit = new AbortController()
  const install = async (path: string) => {
    if (busy()) return false
    asked.push(path)
    return true
  }
  const watching = watchFolder('/usb', install, { clock, files, log: createLog([], () => 0) }, quit.signal)
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
