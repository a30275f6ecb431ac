import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fuzzInThread, type Job } from './in-thread.ts'

const module = new URL('planted-targets.ts', import.meta.url).href

async function job(target: string, executions: number): Promise<Job> {
  const folder = await mkdtemp(join(tmpdir(), 'windlass-fuzz-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return { module, target, folder, executions, seed: 1, keep: true }
}

describe('the fuzzer', () => {
  it('finds a crash behind three guards, each of which it learns to pass, and keeps what it learned', async () => {
    const planted = await job('crashes', 200_000)
    const { findings, executions } = await fuzzInThread(planted)
    expect(findings[0]).toMatchObject({ kind: 'crash', message: /^TypeError: cannot read/ })
    expect(Buffer.from(findings[0]?.input ?? []).toString('latin1')).toMatch(/^WLS/)
    // By chance alone it would take 16 million.
    expect(executions).toBeLessThanOrEqual(200_000)
    expect((await readdir(planted.folder)).length).toBeGreaterThan(2)
  }, 60_000)

  it('notices a target that never comes back, and has the input', async () => {
    const { findings } = await fuzzInThread(await job('hangs', 5_000), { hangMs: 1_000 })
    expect(findings).toMatchObject([{ kind: 'hang' }])
    expect(findings[0]?.input?.length).toBeGreaterThan(40)
  }, 60_000)

  it('notices one that holds more and more', async () => {
    const { findings } = await fuzzInThread(await job('grows', 2_000))
    expect(findings).toMatchObject([{ kind: 'growth' }])
  }, 60_000)

  it('notices one that takes all memory for one input', async () => {
    const { findings } = await fuzzInThread(await job('fills', 2_000), { mostMegabytes: 64 })
    expect(findings).toMatchObject([{ kind: 'died' }])
  }, 60_000)

  it('finds nothing where nothing is', async () => {
    expect(await fuzzInThread(await job('sound', 2_000))).toMatchObject({ executions: 2_000, findings: [] })
  }, 60_000)
})
