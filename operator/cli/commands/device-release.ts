import { agentAt, deviceParam } from '../agent/connect.ts'
import { command } from '../command.ts'

export const deviceRelease = command({
  name: 'device release',
  description: 'Let packages be installed on the device again',
  params: { device: deviceParam },
  async run({ device }, io) {
    const agent = agentAt(device, io)
    await agent.release()
    return { page: 'The device is not held any more.', json: { held: false } }
  },
})
