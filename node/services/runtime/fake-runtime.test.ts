import { setTimeout as wait } from 'node:timers/promises'
import { FakeMachine, type FakeProgram, FakeRuntime } from './fake-runtime.ts'
import { testRuntime } from './runtime.contract.ts'
import type { Workload } from './runtime.ts'
import { sampleWorkload } from './sample-workload.ts'
import { until } from './until.ts'

/** As much of a shell as the contract's scripts need. */
const shell: FakeProgram = async ({ args }, ending) => {
  const script = args.at(-1) ?? ''
  const seconds = /sleep ([0-9.]+); exit/.exec(script)?.[1]
  if (seconds !== undefined) await wait(Number(seconds) * 1000)
  const code = /^(?:sleep \S+; )?exit (\d+)/.exec(script)?.[1]
  if (code !== undefined) return Number(code)
  if (!ending.aborted) await new Promise((resolve) => ending.addEventListener('abort', resolve))
  return 3
}

testRuntime('FakeRuntime', async () => {
  const machine = new FakeMachine()
  const make = () => new FakeRuntime(shell, () => Date.now(), machine)
  const workload = (id: string, script: string): Promise<Workload> => Promise.resolve(sampleWorkload(id, script))
  return { runtime: make(), again: async () => make(), workload, until, close: async () => undefined }
})
