import { resolve } from 'node:path'
import { agentAt, deviceParam } from '../agent/connect.ts'
import { followInstall, type Outcome } from '../agent/follow-install.ts'
import { nextIndex } from '../agent/log-lines.ts'
import { refusal } from '../agent/reply.ts'
import { command, type Result } from '../command.ts'
import { required, switchedOn } from '../params.ts'

export const deviceInstall = command({
  name: 'device install',
  description: 'Let the agent install a package from a file on its own disk, or from an address, and follow it',
  params: {
    package: required('<file-or-url>', 'a path on the device, or http(s)://…'),
    device: deviceParam,
    detach: switchedOn('--detach', 'end as soon as the agent has taken the order'),
  },
  async run({ package: source, device, detach }, io) {
    const agent = agentAt(device, io)
    const from = nextIndex(await agent.log())
    const isUrl = /^https?:\/\//i.test(source)
    const reply = isUrl ? await agent.installUrl(source) : await agent.installFile(resolve(io.cwd, source))
    if (reply.status !== 200) throw refusal(reply, agent.address)
    if (!detach) return resultOf(await followInstall(agent, io, from))
    return {
      page: `The agent has taken the order (it was in state ${String(reply.value)}). Next: windlass device log --watch`,
      json: { accepted: true, state: reply.value },
    }
  },
})

function resultOf(outcome: Outcome): Result {
  switch (outcome.ended) {
    case 'restarting':
      return {
        page: 'Installed; the device restarts into it. Next, after the restart: windlass device info',
        json: outcome,
      }
    case 'idle':
      return { page: 'The agent is done, without a restart. Next: windlass device log', json: outcome }
    case 'failed':
      return { page: `Not installed: ${outcome.why}`, json: outcome, ending: 'no' }
  }
}
