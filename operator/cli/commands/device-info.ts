import { agentAt, deviceParam } from '../agent/connect.ts'
import { command } from '../command.ts'
import { facts } from '../page/table.ts'

export const deviceInfo = command({
  name: 'device info',
  description: "Show a device's agent: state, firmware, settings",
  params: { device: deviceParam },
  async run({ device }, io) {
    const agent = agentAt(device, io)
    const { document, info } = await agent.info()
    const { waits, hold } = (await agent.status()) ?? {}
    const top = {
      agent: info.version,
      state: info.state,
      ...(waits && { waits }),
      ...(hold && { held: `${hold.reason} (since ${hold.since})` }),
    }
    const sections = [info.firmware, info.config, info.runtime_settings].map((section) => facts(flat(section)))
    return { page: [facts(top), ...sections].filter((text) => text !== '').join('\n\n'), json: document }
  },
})

/** `{ polling: { enabled: true } }` as `polling enabled: yes`. What is null or empty is left out. */
function flat(value: Readonly<Record<string, unknown>>, before = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => {
      const label = `${before}${key.replaceAll('_', ' ')}`
      if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) {
        return Object.entries(flat({ ...inner }, `${label} `))
      }
      const text = shown(inner)
      return text === '' ? [] : [[label, text]]
    }),
  )
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.map(shown).join(', ')
  return typeof value === 'string' ? value : JSON.stringify(value)
}
