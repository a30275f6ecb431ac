import { mkdir, readFile, rm } from 'node:fs/promises'
import type { InstallationSet } from '@windlass/model'
import type { Clock, Files } from '@windlass/platform'
import type { Child } from '../children/child.ts'
import { windlass } from '../children/front-door.ts'
import type { Household } from '../children/household.ts'
import type { Happening } from '../happenings.ts'
import type { ImageKind } from '../images/image-kind.ts'
import { unpackTar } from '../images/tar.ts'
import { writeTree } from '../images/tree.ts'
import { formatEnvironment, parseEnvironment } from './boot-environment.ts'
import { boot, mostStarts } from './boot-loader.ts'
import { readConsole } from './console.ts'
import type { DeviceLayout } from './layout.ts'

export interface MachinePorts {
  household: Household
  files: Files
  clock: Clock
  images: ImageKind
  tell(happening: Happening): void
}

const lookEveryMs = 50
const resetAfterMs = 1000
// As long as an init takes to stop things: the agent has to write down that it ordered the restart.
const goingDownMs = 1000
const agentGraceMs = 5000

/**
 * Plays what is below the agent: a boot loader that counts starts, the kernel's mount of the slot, and an init that runs
 * the agent and obeys `reboot`. Runs until the signal fires.
 */
export async function runMachine(layout: DeviceLayout, log: string, p: MachinePorts, quit: AbortSignal): Promise<void> {
  while (!quit.aborted) {
    const slot = await startSlot(layout, p)
    const mounted = await mount(layout, slot, p)
    if (quit.aborted) return
    if (mounted) await runAgent(layout, log, p, quit)
    else await p.clock.sleep(resetAfterMs, quit).catch(() => undefined)
  }
}

async function startSlot({ bootEnvironment, restartWanted }: DeviceLayout, p: MachinePorts): Promise<InstallationSet> {
  const { slot, next, fellBack } = boot(parseEnvironment(await readFile(bootEnvironment, 'utf8')))
  await p.files.replace(bootEnvironment, formatEnvironment(next))
  await p.files.remove(restartWanted)
  p.tell({ kind: 'booted', slot, fellBack, trial: next.onTrial ? { start: next.starts, of: mostStarts } : null })
  return slot
}

/** Without root nothing can be mounted: what the slot holds is copied out instead. */
async function mount({ slots, root }: DeviceLayout, slot: InstallationSet, p: MachinePorts): Promise<boolean> {
  await rm(root, { recursive: true, force: true })
  await mkdir(root, { recursive: true })
  try {
    await p.images.open(slots[slot].system, root)
    await writeTree(unpackTar(await readFile(slots[slot].site)), root)
    return true
  } catch (error) {
    p.tell({ kind: 'not_bootable', slot, why: error instanceof Error ? error.message : String(error) })
    return false
  }
}

/** Until the agent asks for a restart, dies, or the demo ends. */
async function runAgent(layout: DeviceLayout, log: string, p: MachinePorts, quit: AbortSignal): Promise<void> {
  const agent = await startAgent(layout, log, p)
  const over = new AbortController()
  const either = AbortSignal.any([quit, over.signal])
  const asked = restartAsked(layout, p, either).then(() => 'restart')
  const how = await Promise.race([agent.ended, asked])
  over.abort()
  if (quit.aborted) return agent.stop(agentGraceMs)
  if (how === 'restart') {
    p.tell({ kind: 'going_down' })
    await p.clock.sleep(goingDownMs, quit).catch(() => undefined)
    await agent.stop(agentGraceMs)
  } else {
    p.tell({ kind: 'agent_ended', how })
    await p.clock.sleep(resetAfterMs, quit).catch(() => undefined)
  }
}

function startAgent({ settings, programs }: DeviceLayout, log: string, p: MachinePorts): Promise<Child> {
  const { command, args } = windlass('agent', '--settings', settings, '--verbosity', 'debug')
  const env = { PATH: `${programs}:${process.env['PATH'] ?? '/usr/bin:/bin'}` }
  const onLine = (line: string): void => {
    const happening = readConsole(line)
    if (happening) p.tell(happening)
  }
  return p.household.start('agent', { command, args, env, log, onLine }, agentGraceMs)
}

/** Returns when a restart was asked for, or when the signal fires. */
async function restartAsked({ restartWanted }: DeviceLayout, p: MachinePorts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !(await p.files.facts(restartWanted))) {
    await p.clock.sleep(lookEveryMs, signal).catch(() => undefined)
  }
}
