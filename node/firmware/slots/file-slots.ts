import type { InstallationSet } from '@windlass/model'
import type { Files } from '@windlass/platform'
import * as v from 'valibot'
import { UpdateError } from '../update-error.ts'
import { type CountedTrial, choose, confirm, countStart, factoryTrial } from './counted-trial.ts'
import { tellingDiskTrouble } from './disk-trouble.ts'
import type { Slots } from './port.ts'

const mostBytes = 4096
const schema = v.object({
  active: v.picklist(['a', 'b']),
  onTrial: v.boolean(),
  starts: v.pipe(v.number(), v.integer(), v.minValue(0)),
})

/** One small file, for demos and tests: whoever plays the boot loader calls `startFromFile` at every start. */
export function fileSlots(path: string, files: Files): Slots {
  const change = async (to: (now: CountedTrial) => CountedTrial) => {
    const now = await read(path, files)
    if (!now) throw unreadable(path)
    await files.replace(path, JSON.stringify(to(now)))
  }
  return tellingDiskTrouble(path, {
    async active() {
      const now = await read(path, files)
      if (now) return now.active
      throw unreadable(path)
    },
    activate: (set) => change(() => choose(set)),
    validated: () => change(confirm),
  })
}

/** The boot loader of file-backed slots: the set that starts now. What cannot be read counts as new from the factory. */
export async function startFromFile(path: string, files: Files): Promise<InstallationSet> {
  const started = countStart((await read(path, files)) ?? factoryTrial)
  await files.replace(path, JSON.stringify(started))
  return started.active
}

async function read(path: string, files: Files): Promise<CountedTrial | undefined> {
  const facts = await files.facts(path)
  if (!facts || facts.size > mostBytes) return undefined
  const text = new TextDecoder().decode(await files.readFile(path, mostBytes))
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text)
  return result.success ? result.output : undefined
}

function unreadable(path: string): UpdateError {
  return new UpdateError('slots_failed', `${path}: expected the slots' record, found none that can be read`)
}
