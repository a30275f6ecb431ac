import { describe, expect, it } from 'vitest'
import { nextSteps } from './next-steps.ts'
import { summary } from './summary.ts'

describe('the summary', () => {
  it('is one page with what happened, how long it took and where to look', () => {
    const told = [{ title: 'An update', outcome: 'confirmed', ms: 8512, facts: [] }]
    const kept = { packages: '.windlass/demo/packages' }
    expect(
      summary({ ms: 41_200, firstConfirmedMs: 18_000, told, kept, device: { version: '2.0', slot: 'b', boots: 4 } }),
    ).toBe(`All went as it should, in 41.2 s.

  1  An update  confirmed  8.5 s

  first confirmed update  18.0 s after the start
  the device              runs 2.0 from slot b, after 4 boots
  packages                .windlass/demo/packages`)
  })
})

describe('what to try next', () => {
  const next = { version: '2.2', uid: 'c'.repeat(64), file: 'p/2.2.uhupkg', description: 'w/2.2.json' }
  const rest = {
    windlass: 'bin/windlass',
    privateKey: 'k/private.pem',
    next,
    direct: { version: '2.1', file: 'p/2.1.uhupkg' },
  }

  it('names no address where the usual ones are taken by the demo', () => {
    const text = nextSteps({ ...rest, ports: { fleet: 8000, agent: 8080 } })
    expect(text).toContain('bin/windlass rollout start cccccccccccc --product\n')
    expect(text).not.toMatch(/--fleet|--device/)
  })

  it('names the addresses where others have the usual ones', () => {
    const text = nextSteps({ ...rest, ports: { fleet: 4001, agent: 4002 } })
    expect(text).toContain('bin/windlass devices --why --fleet http://localhost:4001\n')
    expect(text).toContain('bin/windlass device install p/2.1.uhupkg --device localhost:4002\n')
  })
})
