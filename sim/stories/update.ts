import { readFile } from 'node:fs/promises'
import type { PackageRecord } from '@windlass/wire/operator'
import { parseEnvironment } from '../device/boot-environment.ts'
import { bytesText } from '../screen/quantities.ts'
import { type Packed, publish } from './package.ts'
import { rollOut } from './roll-out.ts'
import { hold } from './scene.ts'
import type { Story } from './story.ts'

/** Everything works: published, rolled out, installed into the spare slot, started, confirmed. */
export function update(old: Packed, fresh: Packed): Story {
  return {
    title: `An update, from ${old.version} to ${fresh.version}`,
    async tell(scene) {
      await publish(old, scene)
      const record = await publish(fresh, scene)
      const { state, rollout } = await rollOut(record, scene)
      hold('how the fleet saw it end', 'updated', state)
      const { firmware } = await scene.agent.info()
      hold('what the device says it runs', fresh.version, firmware.version)
      const environment = parseEnvironment(await readFile(scene.layout.bootEnvironment, 'utf8'))
      hold('what the boot loader starts', { active: 'b', onTrial: false, starts: 0 }, environment)
      const { counts } = await scene.fleet.rollout(rollout)
      hold('devices updated by the rollout', 1, counts.updated)
      return {
        outcome: `confirmed, ${bytesText(bytesOf(record))} fetched`,
        facts: [
          `the device runs ${fresh.version} from slot b, confirmed for the boot loader`,
          `rollout ${rollout}: ${counts.updated} of 1 updated`,
        ],
      }
    },
  }
}

function bytesOf({ objects }: PackageRecord): number {
  return objects.reduce((sum, { size }) => sum + size, 0)
}
