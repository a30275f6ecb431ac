import { decodeProbeAnswer } from '@windlass/wire/updatehub'
import { agentAt, deviceParam } from '../agent/connect.ts'
import { refusal } from '../agent/reply.ts'
import { command } from '../command.ts'
import { optional } from '../params.ts'

export const deviceProbe = command({
  name: 'device probe',
  description: 'Let the agent ask for an update now',
  params: { device: deviceParam, server: optional('--server <url>', 'ask this server, instead of the configured one') },
  async run({ device, server }, io) {
    const agent = agentAt(device, io)
    const reply = await agent.probe(server)
    // UpdateHub's agent says with status 200 too that it is busy, by the name of its state.
    const busy = typeof reply.value === 'string' && !['updating', 'no_update'].includes(reply.value)
    if (reply.status !== 200 || busy) throw refusal(busy ? { ...reply, status: 406 } : reply, agent.address)
    const answer = decodeProbeAnswer(reply.text)
    return { page: sentence(answer), json: answer }
  },
})

function sentence(answer: ReturnType<typeof decodeProbeAnswer>): string {
  if (answer === 'updating') return 'An update was found and is under way. Next: windlass device log --watch'
  if (answer === 'no_update') return 'There is no update for this device.'
  return `The server asks to come back in ${answer.try_again} seconds.`
}
