import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, readlink, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { frontDoor } from './children/front-door.ts'

const minutes = 60_000

/** `windlass up` under the machine's own Node, as after a clone: nothing of ours is in PATH. */
class Run {
  output = ''
  readonly child: ChildProcess
  readonly ended: Promise<number | null>

  constructor(folder: string, ...args: string[]) {
    const env = { PATH: `/usr/local/bin:/usr/bin:/bin:${dirname(process.execPath)}`, HOME: folder }
    const child = spawn('node', [frontDoor, 'up', ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (this.output += String(piece)))
    this.child = child
    this.ended = once(child, 'close').then(([code]: (number | null)[]) => code ?? null)
  }

  async until(text: string): Promise<void> {
    while (!this.output.includes(text)) {
      if (this.child.exitCode !== null) throw new Error(`expected "${text}", but it ended:\n${this.output}`)
      await wait(100)
    }
  }
}

/** Every process that has to do with this folder: it was started in it, or named with it. */
async function left(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async (pid) => {
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '')
      return command && (command.includes(folder) || cwd.startsWith(folder)) ? [command.replaceAll('\0', ' ')] : []
    }),
  )
  return found.flat()
}

async function untilNothingIsLeft(folder: string): Promise<void> {
  for (let tries = 0; tries < 900 && (await left(folder)).length > 0; tries++) await wait(100)
  expect(await left(folder)).toEqual([])
}

/** Its name has blanks in it, as a home folder may. */
async function freshFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'windlass up ')))
  onTestFinished(() => rm(folder, { recursive: true }))
  return folder
}

describe('windlass up', () => {
  it('leaves nothing running when it is killed in the middle of an update, and does it all at the next start', {
    timeout: 6 * minutes,
  }, async () => {
    const folder = await freshFolder()
    const killed = new Run(folder, '--once')
    await killed.until('fetches the objects')
    killed.child.kill('SIGKILL')
    await killed.ended
    await untilNothingIsLeft(folder)

    const run = new Run(folder, '--once')
    expect(await run.ended, run.output).toBe(0)
    expect(await left(folder)).toEqual([])
    for (const text of [
      'All went as it should',
      'the device runs 2.0 from slot b, confirmed for the boot loader',
      'rollout 1: 1 of 1 updated',
      'refuses it: signature_mismatch',
      'refuses it: object_mismatch',
      'both slots and the boot environment have the digests they had before',
      'the update to 3.0 was rolled back',
      'why nothing is offered: rolled_back_before',
    ]) {
      expect(run.output).toContain(text)
    }
    const [, seconds] = /first confirmed update +([\d.]+) s/.exec(run.output) ?? []
    expect(Number(seconds)).toBeLessThan(60)
  })

  it('stays up until Ctrl-C, alone in its folder, and says what to try', { timeout: 6 * minutes }, async () => {
    const folder = await freshFolder()
    const run = new Run(folder)
    await run.until('Ctrl-C ends it all.')
    const second = new Run(folder, '--once')
    expect(await second.ended, second.output).toBe(75)
    run.child.kill('SIGINT')
    expect(await run.ended, run.output).toBe(0)
    expect(await left(folder)).toEqual([])
  })

  it('leaves a folder alone that is not a demo', async () => {
    const folder = await freshFolder()
    await writeFile(join(folder, 'letter.txt'), 'dear all')
    const run = new Run(folder, '--once', '--data', '.')
    expect(await run.ended).toBe(73)
    expect(run.output).toContain('got one with letter.txt')
    expect(await readdir(folder)).toEqual(['letter.txt'])
  })
})
