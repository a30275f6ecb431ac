import { agentAt, deviceParam } from '../agent/connect.ts'
import { refusal } from '../agent/reply.ts'
import { CliError } from '../cli-error.ts'
import { command } from '../command.ts'

export const deviceAbort = command({
  name: 'device abort',
  description: 'Stop a download; an install that has begun cannot be stopped',
  params: { device: deviceParam },
  async run({ device }, io) {
    const agent = agentAt(device, io)
    const reply = await agent.abort()
    if (reply.status === 406)
      throw new CliError('no', `expected a download at ${agent.address}, got none to be aborted`)
    if (reply.status !== 200) throw refusal(reply, agent.address)
    return { page: 'The download is aborted.', json: { aborted: true, answer: reply.value ?? reply.text } }
  },
})
