import { type HttpAnswer, HttpError, type HttpErrorCode } from '@windlass/platform'
import { defaultInterface } from '../policy/default-interface.ts'
import { type Check, type Finding, ok, type Patient, warning, wrong } from './check.ts'

const patienceMs = 10_000
const mostSkewMs = 5 * 60_000
/** No device of today stood still before that. */
const earliest = Date.UTC(2026, 0, 1)

const cures: Readonly<Partial<Record<HttpErrorCode, string>>> = {
  refused: 'see whether the name resolves and the network reaches it',
  timeout: 'see whether a firewall drops the connection',
  tls: 'see the clock; give the authority of a private certificate in NODE_EXTRA_CA_CERTS',
}

/** The way to the server, and who may talk to the agent (docs/integration.md, "Network"). */
export const networkChecks: readonly Check[] = [
  {
    name: 'server',
    expected: 'an answer of network.server_address, over TLS with a certificate that holds',
    look: server,
  },
  {
    name: 'clock',
    expected: "the right time, by the server's within 5 minutes",
    look: clock,
  },
  {
    name: 'metered-link',
    expected: 'means to tell a metered link from another, where windlass.network.metered is "auto"',
    look: meteredLink,
  },
  {
    name: 'listen-address',
    expected: 'a local API that only programs on the device reach',
    async look({ settings }) {
      const { host } = settings.listen
      if (host === '::1' || host.startsWith('127.')) return ok(settings.listenSocket)
      return warning(
        settings.listenSocket,
        'set network.listen_socket to localhost:8080: the API asks nobody who he is',
      )
    },
  },
]

async function server(patient: Patient): Promise<Finding> {
  const { serverAddress } = patient.settings
  try {
    const { status } = await ask(patient)
    const { protocol, hostname } = new URL(serverAddress)
    const came = `${serverAddress} answers with status ${status}`
    if (protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname)) return ok(came)
    return warning(`${came}, not over TLS`, 'use https: anybody on the way can see and hold back updates')
  } catch (error) {
    if (!(error instanceof HttpError)) throw error
    return wrong(error.message, cures[error.code] ?? 'correct network.server_address')
  }
}

async function meteredLink({ settings, files, processes }: Patient): Promise<Finding> {
  const { metered, command, interfaces } = settings.link
  if (metered !== 'auto') return ok(metered)
  if (command !== null) {
    const [program = ''] = command.split(/\s+/)
    return (await processes.find(program))
      ? ok(command)
      : wrong(`no ${program}`, 'correct windlass.network.metered_command')
  }
  if (interfaces.length > 0) {
    const now = (await defaultInterface(files)) ?? 'nothing'
    return ok(`${interfaces.join(' ')}; the default route leads over ${now}`)
  }
  if (await processes.find('busctl')) return ok('NetworkManager')
  return warning('no busctl', 'install it, or name metered_interfaces: now no link counts as metered')
}

async function clock(patient: Patient): Promise<Finding> {
  const now = patient.clock.now()
  const came = new Date(now).toISOString()
  const cure = 'set up NTP or a battery-backed clock: with a wrong time no certificate holds'
  if (now < earliest) return wrong(came, cure)
  const answer = await ask(patient).catch(() => undefined)
  const theirs = Date.parse(answer?.headers['date'] ?? '')
  if (Number.isNaN(theirs)) return ok(`${came}, nothing to compare it with`)
  if (Math.abs(now - theirs) <= mostSkewMs) return ok(came)
  return warning(`${came}, but the server has ${new Date(theirs).toISOString()}`, cure)
}

async function ask({ http, settings }: Patient): Promise<HttpAnswer> {
  const limits = { connectTimeoutMs: patienceMs, idleTimeoutMs: patienceMs, maxRedirects: 0 }
  const answer = await http.send({ url: settings.serverAddress, ...limits })
  answer.discard()
  return answer
}
