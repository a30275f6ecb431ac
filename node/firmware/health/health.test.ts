import { ended, FakeClock, FakeHttp, FakeProcesses } from '@windlass/platform/fakes'
import { describe, expect, it } from 'vitest'
import type { HealthChecks } from './checks.ts'
import { declaredHealth } from './until-healthy.ts'

const nothing: HealthChecks = { commands: [], http: [], units: [], server: false, minimumUptimeMs: 0, withinMs: 60_000 }
const server = 'http://fleet.test'

function setUp(checks: Partial<HealthChecks>) {
  const clock = new FakeClock({ auto: true })
  const http = new FakeHttp({}, clock)
  const processes = new FakeProcesses({}, clock)
  const health = declaredHealth({ ...nothing, ...checks }, { clock, http, processes })
  return { clock, http, processes, settled: () => health.settled(server, new AbortController().signal) }
}

describe('health before keeping', () => {
  it('holds at once where nothing is declared', async () => {
    const { clock, settled } = setUp({})
    await settled()
    expect(clock.uptime()).toBe(0)
  })

  it('waits for a service that comes up late', async () => {
    const { clock, processes, settled } = setUp({ units: ['gateway.service'] })
    processes.programs.set('systemctl', () => ended({ code: clock.uptime() < 20_000 ? 3 : 0 }))
    await settled()
    expect(clock.uptime()).toBe(20_000)
    expect(processes.calls[0]?.args).toEqual(['is-active', '--quiet', 'gateway.service'])
  })

  it('says what did not hold when the time is over', async () => {
    const { http, processes, settled } = setUp({ commands: ['check-disk  --all'], http: ['http://localhost:9/health'] })
    processes.programs.set('check-disk', () => ended({ code: 2 }))
    http.route('http://localhost:9', async () => ({ status: 503 }))
    await expect(settled()).rejects.toThrow(
      'not healthy after 60 s: check-disk --all: exit status 2; http://localhost:9/health: status 503',
    )
  })

  it('wants the server to answer, whatever it says', async () => {
    const { clock, http, settled } = setUp({ server: true })
    const waiting = settled()
    void clock.sleep(12_000).then(() => http.route(server, async () => ({ status: 404 })))
    await waiting
    expect(clock.uptime()).toBe(15_000)
  })

  it('wants the agent to have been up for a while', async () => {
    const { clock, settled } = setUp({ minimumUptimeMs: 30_000 })
    await settled()
    expect(clock.uptime()).toBe(30_000)
  })

  it('counts a program that is not there as not healthy', async () => {
    await expect(setUp({ commands: ['nowhere'] }).settled()).rejects.toThrow('expected a program nowhere')
  })
})
