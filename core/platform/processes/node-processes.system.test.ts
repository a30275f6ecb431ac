import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeProcesses } from './node-processes.ts'
import { testProcesses } from './processes.contract.ts'

testProcesses('nodeProcesses', nodeProcesses)

describe('nodeProcesses', () => {
  const processes = nodeProcesses()
  const shell = (script: string) => ({ command: 'sh', args: ['-c', script] })
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'windlass-processes-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  const gone = async (pid: number) => {
    for (let tries = 0; tries < 100; tries += 1) {
      try {
        process.kill(pid, 0)
      } catch {
        return true
      }
      await wait(20)
    }
    return false
  }

  it('kills the whole group at the time limit', async () => {
    const how = await processes.run({ ...shell('sleep 60 & echo $!; wait'), timeoutMs: 200 })
    expect(how).toMatchObject({ code: null, signal: 'SIGTERM', timedOut: true })
    expect(await gone(Number(how.stdout))).toBe(true)
  })

  it('kills with KILL who does not listen to TERM', async () => {
    const begun = Date.now()
    const how = await processes.run({ ...shell('trap "" TERM; while :; do sleep 1; done'), timeoutMs: 100 })
    expect(how).toMatchObject({ signal: 'SIGKILL', timedOut: true })
    expect(Date.now() - begun).toBeLessThan(4000)
  })

  it('does not wait for a child left behind that keeps the output open', async () => {
    const begun = Date.now()
    const how = await processes.run(shell('sleep 5 & echo $!'))
    expect(how).toMatchObject({ code: 0 })
    expect(Date.now() - begun).toBeLessThan(3000)
    process.kill(Number(how.stdout))
  })

  it('does not mind a program that leaves its input unread', async () => {
    const input = (async function* () {
      for (let n = 0; n < 1000; n += 1) yield new Uint8Array(65_536)
    })()
    expect(await processes.run({ command: 'true', input })).toMatchObject({ code: 0 })
  })

  it('tells a file that is no program from one that is not there', async () => {
    const path = join(folder, 'text')
    await writeFile(path, 'no program')
    await expect(processes.run({ command: path })).rejects.toMatchObject({ code: 'not_executable' })
    expect(await processes.find(path)).toBeUndefined()
  })

  it('adds to the environment and runs in the folder it is told', async () => {
    const how = await processes.run({
      ...shell('echo $GREETING; pwd; test -n "$PATH"'),
      env: { GREETING: 'hi' },
      cwd: folder,
    })
    expect(how).toMatchObject({ code: 0, stdout: `hi\n${folder}\n` })
  })

  it('ends the program when the reader of its stream stops early', async () => {
    let first = ''
    for await (const piece of processes.stream(shell('echo $$; exec yes'))) {
      first = new TextDecoder().decode(piece)
      break
    }
    expect(await gone(Number.parseInt(first, 10))).toBe(true)
  })

  it('waits with a stream for its reader', async () => {
    let length = 0
    for await (const piece of processes.stream(shell('head -c 3000000 /dev/zero'))) {
      length += piece.length
      await wait(1)
    }
    expect(length).toBe(3_000_000)
  })
})
