import { setTimeout as wait } from 'node:timers/promises'
import type { Random } from '@windlass/platform'
import type { PackageRecord } from '@windlass/wire/operator'
import type { Device } from '../device.ts'
import type { TestFleet } from '../fleet.ts'
import type { Release } from '../workshop.ts'
import { drawMoment, type Mark, markIn, momentText } from './moment.ts'
import { type DoomedMachine, type Pulled, startDoomed } from './pull-plug.ts'

export interface CutsOrder {
  device: Device
  fleet: TestFleet
  /** The device runs the first. It is updated to the other, and back, and so on, until the last cut. */
  releases: readonly [Release, Release]
  cuts: number
  /** Once it says no, no further cut is begun. */
  inTime: () => boolean
  random: Random
  /** Is told what happens, a line each. */
  say: (line: string) => void
}

/** What the device went through. */
export interface CutsTold {
  cuts: number
  /** Cuts that found something in the disk's cache. */
  unflushed: number
  /** Updates that were finished, the last one included. */
  updates: number
  /** How often a cut in the trial made the boot loader go back, and the operator had to say: once more. */
  asked: number
  /** How many cuts found the device where, by what it told on its console. */
  places: Record<string, number>
}

const bootMs = 240_000
const updateMs = 600_000
const lookEveryMs = 1_000

/**
 * Pulls the plug over and over while the device is updated. Every start must come to a running agent of the one
 * release or the other; with the plug left in, the last update is finished. @throws Error when not
 */
export async function runCuts(order: CutsOrder): Promise<CutsTold> {
  const { device, fleet, releases, cuts, inTime, random, say } = order
  const told: CutsTold = { cuts: 0, unflushed: 0, updates: 0, asked: 0, places: {} }
  const records = [await fleet.publish(releases[0]), await fleet.publish(releases[1])]
  const updates = { told, start: () => startUpdate(fleet, records[1 - (told.updates % 2)]) }
  let update = await updates.start()
  while (told.cuts < cuts && inTime()) {
    const moment = drawMoment(random, update.passed)
    const doomed = await startDoomed(device, moment, random)
    update = await untilPulled(doomed, update, order, updates)
    const cut = await doomed.pulled
    note(told, cut)
    say(`cut ${told.cuts} in ${cut.at}, ${momentText(moment, cut.came)}: ${leftText(cut)}`)
  }
  const last = await startDoomed(device, undefined, random)
  const before = told.updates
  await untilPulled(last, update, order, updates, () => told.updates > before)
  return told
}

function note(told: CutsTold, { lasted, lost, at }: Pulled): void {
  told.cuts++
  if (lasted + lost > 0) told.unflushed++
  told.places[at] = (told.places[at] ?? 0) + 1
}

function leftText({ lasted, lost }: Pulled): string {
  return `of what was not flushed ${lasted} sectors lasted, ${lost} did not`
}

interface Updates {
  told: CutsTold
  /** Starts the next, there or back. */
  start(): Promise<Update>
}

interface Update {
  record: PackageRecord
  rollout: number
  version: string
  /** The last mark that the device was seen to pass. */
  passed: Mark
}

/** Sees one update after the other through until the machine is off, or until `enough`. @returns the one under way */
async function untilPulled(
  doomed: DoomedMachine,
  under: Update,
  { fleet, device, releases, say }: CutsOrder,
  { told, start }: Updates,
  enough = () => false,
): Promise<Update> {
  let update = under
  doomed.machine.watch((line) => {
    update.passed = markIn(line) ?? update.passed
  })
  const off = doomed.pulled.then(() => 'off' as const)
  try {
    if ((await Promise.race([off, comesUp(doomed, releases)])) === 'off') return update
    for (let deadline = Date.now() + updateMs; (await Promise.race([off, wait(lookEveryMs)])) !== 'off'; ) {
      // Asked to probe in another state it would begin what it does anew.
      if (doomed.place.name === 'poll') await device.agent.probe().catch(() => undefined)
      if (await askedAgain(fleet, update.record)) {
        told.asked++
        update.passed = 'start'
      }
      if ((await fleet.deviceVersion()) === update.version) {
        told.updates++
        say(`${update.version} is confirmed`)
        await fleet.client.abortRollout(update.rollout)
        if (enough()) return update
        update = await start()
        deadline = Date.now() + updateMs
      }
      if (Date.now() > deadline) throw new Error(`expected ${update.version} in time, got:\n${doomed.machine.tail()}`)
    }
    return update
  } finally {
    doomed.pull()
    await doomed.pulled
  }
}

async function startUpdate(fleet: TestFleet, record: PackageRecord | undefined): Promise<Update> {
  if (!record) throw new Error('expected two releases')
  const { id } = await fleet.client.startRollout({ package: record.uid, to: { product: record.product } })
  return { record, rollout: id, version: record.version, passed: 'start' }
}

/** The agent of one of the releases runs: of which is for the boot loader and the agent to know. */
async function comesUp({ machine }: DoomedMachine, releases: readonly Release[]): Promise<void> {
  const [, version = ''] = await machine.until('the agent to start', /"agent started".*"version":"([^"]*)"/, bootMs)
  const known = releases.map((release) => release.version)
  if (!known.includes(version)) throw new Error(`expected the device to run ${known.join(' or ')}, got "${version}"`)
}

/** A cut in the trial looks to the boot loader like a set that did not come up: only an operator can know better. */
async function askedAgain({ client }: TestFleet, { uid }: PackageRecord): Promise<boolean> {
  const [device] = (await client.devices()).devices
  const attempt = device && (await client.device(device.id)).attempts.find((one) => one.package === uid)
  if (!device || !attempt || attempt.retry) return false
  if (attempt.state === 'failed') throw new Error(`expected the update to go on after a cut, got: ${attempt.reason}`)
  if (attempt.state !== 'rolled_back') return false
  await client.retry(device.id, uid)
  return true
}
