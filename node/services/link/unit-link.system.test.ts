import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path/posix'
import { createLog, nodeProcesses, systemClock } from '@windlass/platform'
import { grpc } from '@windlass/platform/grpc'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { FakeUnit } from '../conformance/fake-unit.ts'
import { noNetwork } from '../network/network.ts'
import { until } from '../runtime/until.ts'
import { UnitLink } from './unit-link.ts'

const folder = await mkdtemp(join(tmpdir(), 'unit-link-'))
const script = `set -e
cd "$1"
ca() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout $1.key -out $1.pem -subj "/CN=$1" 2>/dev/null; }
leaf() {
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $2.key -out $2.csr -subj "/CN=$2" 2>/dev/null
  echo "subjectAltName=DNS:localhost" > ext
  openssl x509 -req -in $2.csr -CA $1.pem -CAkey $1.key -CAcreateserial -days 2 -extfile ext -out $2.pem 2>/dev/null
}
ca unit-ca; ca other-ca; leaf unit-ca cm; leaf unit-ca sm; leaf other-ca stranger`

const pem = (name: string) => readFile(join(folder, name), 'utf8')
const unit = new FakeUnit()
const address: { of: string } = { of: '' }

beforeAll(async () => {
  const made = await nodeProcesses().run({ command: 'sh', args: ['-c', script, 'sh', folder] })
  expect(made.code, made.stderr).toBe(0)
  const tls = { key: await pem('cm.key'), cert: await pem('cm.pem'), ca: await pem('unit-ca.pem') }
  address.of = `localhost:${await unit.listen(grpc, 'localhost:0', tls)}`
})
afterAll(async () => {
  await unit.close()
  await rm(folder, { recursive: true })
})

/** A link with this certificate, until `quit` fires; what it logged. */
function link(name: string, ca: string, quit: AbortSignal): { lines: string[]; over: Promise<void> } {
  const lines: string[] = []
  const log = createLog([({ text, fields }) => lines.push(`${text} ${String(fields['why'])}`)], () => 0)
  const instances = { statuses: () => [], connection: () => undefined, reach: () => undefined, subscribe: () => silent }
  const tls = { key: join(folder, `${name}.key`), certificate: join(folder, `${name}.pem`), ca: join(folder, ca) }
  const ports = {
    rpc: grpc,
    instances,
    network: noNetwork,
    journal,
    obey: async () => [],
    runtimes: [],
    resources: [],
    clock: systemClock,
    log,
  }
  const one = new UnitLink(ports, { address: address.of, nodeId: name, reconnectMs: 200, tls })
  return { lines, over: one.run(quit) }
}
const journal = { follow: () => Promise.resolve() }
const silent = { [Symbol.dispose]: () => undefined }
const registered = (name: string) => unit.told('sm_info').some(({ nodeId }) => nodeId === name)

it('a node and its unit show each other certificates of the unit s authority', async () => {
  const quit = new AbortController()
  const { over } = link('sm', 'unit-ca.pem', quit.signal)
  await until(async () => registered('sm') || undefined)
  quit.abort()
  await over
})

it('a node of another authority does not get in', async () => {
  const quit = new AbortController()
  const { lines, over } = link('stranger', 'unit-ca.pem', quit.signal)
  await until(async () => lines.length >= 2 || undefined)
  expect(lines[0]).toContain('no connection to the unit')
  expect(registered('stranger')).toBe(false)
  quit.abort()
  await over
})

it('a unit of another authority is told nothing', async () => {
  const quit = new AbortController()
  const before = unit.facts.length
  const { lines, over } = link('sm', 'other-ca.pem', quit.signal)
  await until(async () => lines.length >= 2 || undefined)
  expect(unit.facts).toHaveLength(before)
  quit.abort()
  await over
})
