import { describe, expect, it } from 'vitest'
import { FakeClock } from '../time/fake-clock.ts'
import { ended, FakeProcesses } from './fake-processes.ts'
import { testProcesses } from './processes.contract.ts'

testProcesses(
  'FakeProcesses',
  () =>
    new FakeProcesses({
      cat: ({ input }) => ended({ stdout: new TextDecoder().decode(input) }),
      echo: ({ args }) => ended({ stdout: `${args.join(' ')}\n` }),
      false: () => ended({ code: 1 }),
      sleep: () => new Promise(() => undefined),
    }),
)

describe('FakeProcesses', () => {
  it('runs a program as a function and keeps the call', async () => {
    const processes = new FakeProcesses({ 'grub-editenv': ({ args }) => ended({ stdout: args.join(' ') }) })
    const how = await processes.run({ command: 'grub-editenv', args: ['list'], input: new TextEncoder().encode('in') })
    expect(how).toEqual(ended({ stdout: 'list' }))
    expect(processes.calls).toMatchObject([
      { command: 'grub-editenv', args: ['list'], input: new TextEncoder().encode('in') },
    ])
  })

  it('ends a program at its time limit, on the clock', async () => {
    const clock = new FakeClock()
    const processes = new FakeProcesses({ slow: () => new Promise(() => undefined) }, clock)
    const run = processes.run({ command: 'slow', timeoutMs: 500 })
    await clock.advance(500)
    expect(await run).toMatchObject({ code: null, signal: 'SIGTERM', timedOut: true })
    expect(processes.calls[0]?.killed.aborted).toBe(true)
  })

  it('leaves no sleeper behind when the program is in time', async () => {
    const clock = new FakeClock()
    await new FakeProcesses({ quick: () => ended() }, clock).run({ command: 'quick', timeoutMs: 500 })
    expect(clock.sleepers).toBe(0)
  })

  it('gives bytes to those who stream', async () => {
    const output = Uint8Array.of(0xff, 0, 0xfe)
    const processes = new FakeProcesses({ unzstd: () => ended({ output }) })
    expect(await Array.fromAsync(processes.stream({ command: 'unzstd' }))).toEqual([output])
  })
})
