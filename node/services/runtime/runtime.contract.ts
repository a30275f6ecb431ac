import { describe, expect, it } from 'vitest'
import type { Runtime, RuntimeRun, Workload } from './runtime.ts'

export interface RuntimeSubject {
  runtime: Runtime
  /** The same runtime as a process sees it that was started anew. */
  again(): Promise<Runtime>
  /** A workload that runs this shell script. */
  workload(id: string, script: string): Promise<Workload>
  /** Waits until it is so. */
  until<T>(look: () => Promise<T | undefined>): Promise<T>
  close(): Promise<void>
}

/** What every Runtime promises, shown with shell scripts. */
export function testRuntime(name: string, make: () => Promise<RuntimeSubject>): void {
  const forEver = "trap 'exit 3' TERM; while :; do sleep 0.05; done"

  describe(`${name} as a runtime`, () => {
    it('starts a service, lists it with its label, and stops it without a trace', async () => {
      const { runtime, workload, close } = await make()
      const asked = { ...(await workload('one', forEver)), label: 'my label' }
      await runtime.start(asked)
      expect(await runtime.list()).toMatchObject([{ id: 'one', label: 'my label' }])
      expect((await only(runtime)).exit).toBeUndefined()
      await runtime.stop('one')
      expect(await runtime.list()).toEqual([])
      await close()
    })

    it('keeps the exit code, and says that something ended', async () => {
      const { runtime, workload, until, close } = await make()
      let calls = 0
      using _news = runtime.subscribe(() => (calls += 1))
      await runtime.start(await workload('one', 'sleep 0.1; exit 42'))
      const ended = await until(async () => (await only(runtime)).exit)
      expect(ended).toMatchObject({ code: 42 })
      await until(async () => calls > 0 || undefined)
      await runtime.stop('one')
      await close()
    })

    it('tells a kill from an exit', async () => {
      const { runtime, workload, until, close } = await make()
      await runtime.start(await workload('one', forEver))
      await runtime.kill('one')
      expect(await until(async () => (await only(runtime)).exit)).toMatchObject({ code: 137 })
      await runtime.stop('one')
      await close()
    })

    it('refuses to run the same twice, and starts anew over one that ended', async () => {
      const { runtime, workload, until, close } = await make()
      await runtime.start(await workload('one', 'sleep 0.2; exit 1'))
      const first = await only(runtime)
      await expect(runtime.start(await workload('one', forEver))).rejects.toMatchObject({ code: 'refused' })
      await until(async () => (await only(runtime)).exit)
      await runtime.start(await workload('one', forEver))
      const second = await only(runtime)
      expect(second.token).not.toBe(first.token)
      expect(second.exit).toBeUndefined()
      await runtime.stop('one')
      await close()
    })

    it('is known again by a process that was started anew, exit codes included', async () => {
      const { runtime, again, workload, until, close } = await make()
      await runtime.start(await workload('runs', forEver))
      await runtime.start(await workload('ends', 'sleep 0.2; exit 7'))
      const later = await again()
      expect((await later.list()).map(({ id }) => id).toSorted()).toEqual(['ends', 'runs'])
      const find = async (id: string) => (await later.list()).find((run) => run.id === id)
      expect(await until(async () => (await find('ends'))?.exit)).toMatchObject({ code: 7 })
      expect((await find('runs'))?.exit).toBeUndefined()
      await later.stop('runs')
      await later.stop('ends')
      expect(await later.list()).toEqual([])
      await close()
    })

    it('runs a check beside the service', async () => {
      const { runtime, workload, close } = await make()
      await runtime.start(await workload('one', forEver))
      const stop = new AbortController().signal
      expect(await runtime.exec('one', ['/bin/sh', '-c', 'exit 0'], 10_000, stop)).toBe(0)
      expect(await runtime.exec('one', ['/bin/sh', '-c', 'exit 9'], 10_000, stop)).toBe(9)
      expect(await runtime.exec('one', ['/bin/sh', '-c', 'sleep 60'], 100, stop)).toBeNull()
      await runtime.stop('one')
      await close()
    })

    it('finds nothing wrong with stopping what is not there', async () => {
      const { runtime, close } = await make()
      await runtime.stop('nobody')
      await close()
    })
  })
}

async function only(runtime: Runtime): Promise<RuntimeRun> {
  const [run] = await runtime.list()
  if (!run) throw new Error('expected a run')
  return run
}
