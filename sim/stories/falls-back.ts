import { line } from '../screen/line.ts'
import { digestOf } from './digests.ts'
import { makePackage, publish } from './package.ts'
import { rollOut } from './roll-out.ts'
import { hold, type Scene } from './scene.ts'
import type { Story } from './story.ts'

/** The package is signed and whole, but its system cannot do its work. */
export const fallsBack: Story = {
  title: 'An update whose system fails its health check',
  async tell(scene) {
    const { version } = (await scene.agent.info()).firmware
    const kept = await digestOf(scene.layout.slots.b.system)
    const record = await publish(await makePackage('3.0', { uplink: false }, scene), scene)
    const { state, reason, rollout } = await rollOut(record, scene)
    hold('how the fleet saw it end', 'rolled_back', state)
    hold('what the device runs again', version, (await scene.agent.info()).firmware.version)
    hold('slot b, which it fell back to', kept, await digestOf(scene.layout.slots.b.system))
    scene.screen.line(line('operator', 'has the device look once more'))
    hold('what a further probe is answered', 'no_update', await scene.agent.probe())
    const why = await whyNot(scene)
    scene.screen.line(line('fleet', `why nothing is offered: ${why}`))
    hold('why nothing is offered', 'rolled_back_before', why)
    const { counts } = await scene.fleet.rollout(rollout)
    hold('devices rolled back', 1, counts.rolled_back)
    return {
      outcome: 'rolled back, not tried again',
      facts: [
        `the device runs ${version} again, from slot b, which nobody touched`,
        `rollout ${rollout}: 1 rolled back, because ${reason ?? 'of no reason'}`,
        `${record.version} is not offered again until somebody says so (${why})`,
      ],
    }
  },
}

/** The fleet's own reason for not offering anything to the demo's one device. */
async function whyNot({ fleet }: Scene): Promise<string> {
  const [device] = (await fleet.devices()).devices
  if (!device) return 'no such device'
  const { wanted } = await fleet.device(device.id)
  return wanted.answer === 'none' ? wanted.reason : wanted.answer
}
