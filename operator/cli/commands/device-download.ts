import { agentAt, deviceParam } from '../agent/connect.ts'
import { refusal } from '../agent/reply.ts'
import { CliError } from '../cli-error.ts'
import { command } from '../command.ts'

export const deviceDownload = command({
  name: 'device download',
  description: 'Fetch over a metered link what waits for another one',
  params: { device: deviceParam },
  async run({ device }, io) {
    const agent = agentAt(device, io)
    const reply = await agent.downloadNow()
    if (reply.status === 406)
      throw new CliError('no', `expected a package that waits for a link at ${agent.address}, got none`)
    if (reply.status !== 200) throw refusal(reply, agent.address)
    return { page: 'It is fetched now. Next: windlass device log --watch', json: reply.value }
  },
})
