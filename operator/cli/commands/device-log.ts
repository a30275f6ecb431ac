import { agentAt, deviceParam } from '../agent/connect.ts'
import { entriesFrom, logLine, nextIndex } from '../agent/log-lines.ts'
import { command } from '../command.ts'
import { switchedOn } from '../params.ts'

const lookEveryMs = 1000

export const deviceLog = command({
  name: 'device log',
  description: "Show the agent's log of its last operation",
  params: { device: deviceParam, watch: switchedOn('-w, --watch', 'go on with what is new, until Ctrl-C') },
  async run({ device, watch }, io) {
    const agent = agentAt(device, io)
    let log = await agent.log()
    if (!watch) return { page: log.entries.map(logLine).join('\n'), json: log }
    for (let next = log.first_index; ; ) {
      for (const entry of entriesFrom(log, next)) io.event(logLine(entry), entry)
      next = nextIndex(log)
      await io.clock.sleep(lookEveryMs, io.signal)
      log = await agent.log()
    }
  },
})
