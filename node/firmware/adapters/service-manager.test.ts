import { createLog, MemoryLog } from '@windlass/platform'
import { ended, FakeClock, FakeProcesses } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import { serviceManager } from './service-manager.ts'

const pid = 42
const watched = { NOTIFY_SOCKET: '/run/systemd/notify', WATCHDOG_USEC: '60000000', WATCHDOG_PID: '42' }

function scene(environment: Record<string, string>, answers = () => ended()) {
  const clock = new FakeClock({ auto: true })
  const quit = new AbortController()
  const memory = new MemoryLog()
  memory.start()
  const told: [number, string][] = []
  const processes = new FakeProcesses({
    'systemd-notify': ({ args }) => {
      told.push([clock.uptime() / 1000, args.join(' ')])
      if (told.length === 4) quit.abort()
      return answers()
    },
  })
  const log = createLog([memory.sink], () => clock.now())
  const manager = serviceManager(environment, pid, { processes, clock, log })
  return { told, memory, attended: manager.attend(quit.signal) }
}

describe('the service manager', () => {
  it('hears that the agent is ready, and is alive twice in its time', async () => {
    const { told, attended } = scene(watched)
    await attended
    expect(told).toEqual([
      [0, 'READY=1'],
      [0, 'WATCHDOG=1'],
      [30, 'WATCHDOG=1'],
      [60, 'WATCHDOG=1'],
    ])
  })

  it.each([
    ['does not watch', { NOTIFY_SOCKET: '/s' }],
    ['watches another process', { ...watched, WATCHDOG_PID: '7' }],
    ['does not say how long it waits', { ...watched, WATCHDOG_USEC: 'soon' }],
  ])('hears only that the agent is ready where it %s', async (_, environment) => {
    const { told, attended } = scene(environment)
    await attended
    expect(told).toEqual([[0, 'READY=1']])
  })

  it('hears nothing where there is none', async () => {
    const { told, attended } = scene({ WATCHDOG_USEC: '60000000' })
    await attended
    expect(told).toEqual([])
  })

  it('is told again after it could not be told', async () => {
    const { told, memory, attended } = scene(watched, () => ended({ code: 1, stderr: 'no such socket' }))
    await attended
    expect(told).toHaveLength(4)
    expect(memory.toText()).toContain('service manager not told')
  })
})
