import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Clock } from '@windlass/platform'
import { DemoError } from '../demo-error.ts'
import { type Child, kill, type Program, startChild } from './child.ts'
import { startKeeper } from './keeper.ts'
import { databaseOf } from './left-overs.ts'
import { identityOf, type ProcessIdentity } from './process-identity.ts'
import { quoted } from './quoted.ts'
import { writeRecord } from './record.ts'

/** All children of a demo. Whatever becomes of the demo, they are known and ended. */
export interface Household {
  /** `graceMs`: how long it may take to end in order. @throws DemoError `child_failed`, also once it is being closed */
  start(name: string, program: Program, graceMs: number): Promise<Child>
  /** To be run when all are gone, whatever becomes of the demo: for what outlives the program that started it. */
  atLast(program: { command: string; args: readonly string[] }): void
  /** Ends them, the youngest first; returns when all are gone. */
  close(): Promise<void>
  /** At once and without order, the fleet's database too. */
  killAll(): Promise<void>
}

interface Member {
  name: string
  child: Child
  identity: ProcessIdentity | undefined
  graceMs: number
}

export async function openHousehold(record: string, fleet: string, clock: Clock): Promise<Household> {
  const keeper = startKeeper()
  const demo = (await identityOf(process.pid)) ?? null
  const members = new Set<Member>()
  const last: { command: string; args: readonly string[] }[] = []
  let closing = false
  const keep = (): void => keeper.keep([...members].map(({ child }) => child.pid))
  const save = async (): Promise<void> => {
    const children = [...members].flatMap(({ name, identity }) => (identity ? [{ name, ...identity }] : []))
    await writeRecord(record, { windlass: 'demo', demo, children })
  }
  await save()
  return {
    async start(name, program, graceMs) {
      if (closing) throw new DemoError('child_failed', `${name}: expected to start it, but the demo is ending`)
      const child = await startChild(program, clock)
      const member = { name, child, graceMs, identity: await identityOf(child.pid) }
      members.add(member)
      keep()
      void child.ended.then(() => {
        members.delete(member)
        keep()
      })
      await save()
      return child
    },
    atLast(program) {
      last.push(program)
      keeper.afterwards(last.map(({ command, args }) => [command, ...args].map(quoted).join(' ')).join('; '))
    },
    async close() {
      closing = true
      for (const { child, graceMs } of [...members].reverse()) await child.stop(graceMs)
      for (const { command, args } of last.splice(0)) await ended(command, args)
      keeper.release()
      await writeRecord(record, { windlass: 'demo', demo: null, children: [] })
    },
    async killAll() {
      const database = await databaseOf(fleet)
      for (const { child } of members) kill(child.pid, 'SIGKILL')
      // PostgreSQL's immediate shutdown: KILL would leave its shared memory behind.
      if (database) kill(database.pid, 'SIGQUIT')
    },
  }
}

/** How it ends does not matter here: there is nothing more that could be done. */
async function ended(command: string, args: readonly string[]): Promise<void> {
  await once(spawn(command, args, { stdio: 'ignore' }), 'close').catch(() => undefined)
}
