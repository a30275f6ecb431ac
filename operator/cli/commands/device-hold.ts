import { agentAt, deviceParam } from '../agent/connect.ts'
import { command } from '../command.ts'
import { withDefault } from '../params.ts'

export const deviceHold = command({
  name: 'device hold',
  description: 'Let nothing be installed on the device until it is released',
  params: {
    device: deviceParam,
    reason: withDefault('--reason <text>', 'what the device says why', 'held by the operator'),
  },
  async run({ device, reason }, io) {
    const agent = agentAt(device, io)
    await agent.hold(reason)
    return { page: `Nothing is installed until: windlass device release (${reason})`, json: { held: true, reason } }
  },
})
