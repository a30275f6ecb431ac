import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@windlass/platform'
import { describe, expect, it, onTestFinished } from 'vitest'
import { claim } from './claim.ts'
import { identityOf, type ProcessIdentity } from './process-identity.ts'
import { type DemoRecord, writeRecord } from './record.ts'

async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'claim-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

async function sleeper() {
  const child = spawn('sleep', ['100'], { stdio: 'ignore' })
  await once(child, 'spawn')
  const identity = await identityOf(child.pid ?? 0)
  if (!identity) throw new Error('expected a process')
  return { child, identity, ended: once(child, 'exit') }
}

function record(folder: string, of: Partial<DemoRecord>): Promise<void> {
  return writeRecord(join(folder, 'demo.json'), { windlass: 'demo', demo: null, children: [], ...of })
}

describe('claiming a folder', () => {
  it('ends what an earlier demo left running there, and removes what it kept', async () => {
    const folder = await freshFolder()
    const { identity, ended } = await sleeper()
    await record(folder, { children: [{ name: 'agent', ...identity }] })
    await writeFile(join(folder, 'old'), '')
    const { stopped } = await claim(folder, systemClock)
    expect(stopped).toEqual(['agent'])
    expect((await ended)[1]).toBe('SIGTERM')
    expect(await readdir(folder)).toEqual(['device', 'logs', 'packages', 'work'])
  })

  it('leaves a process alone that only has the number of an earlier child', async () => {
    const folder = await freshFolder()
    const { child, identity } = await sleeper()
    const other: ProcessIdentity = { ...identity, started: '1' }
    await record(folder, { demo: other, children: [{ name: 'fleet', ...other }] })
    expect((await claim(folder, systemClock)).stopped).toEqual([])
    expect(child.exitCode ?? child.signalCode).toBeNull()
    child.kill()
  })

  it('is refused while a demo runs there', async () => {
    const folder = await freshFolder()
    const { child, identity } = await sleeper()
    await record(folder, { demo: identity })
    await expect(claim(folder, systemClock)).rejects.toMatchObject({ code: 'already_running' })
    child.kill()
  })

  it('is refused where something else is', async () => {
    const folder = await freshFolder()
    await writeFile(join(folder, 'letter'), '')
    await expect(claim(folder, systemClock)).rejects.toMatchObject({ code: 'data_unusable' })
    await expect(claim(join(folder, 'letter'), systemClock)).rejects.toMatchObject({ code: 'data_unusable' })
  })
})
