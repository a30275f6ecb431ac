import { parseArgs } from 'node:util'
import { type Fragment, fragment } from './fragment.ts'
import { invalid, messageOf } from './read-text.ts'

const flags = {
  settings: { type: 'string' },
  data: { type: 'string' },
  listen: { type: 'string' },
  database: { type: 'string' },
  bus: { type: 'string' },
  blobs: { type: 'string' },
  'trusted-key': { type: 'string', multiple: true },
  'tls-cert': { type: 'string' },
  'tls-key': { type: 'string' },
  'operator-token-file': { type: 'string' },
  'packagers-file': { type: 'string' },
  admission: { type: 'string' },
} as const

/** @throws StartError `settings_invalid` */
export function parseLine(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: flags, strict: true, allowPositionals: false }).values
  } catch (cause) {
    throw invalid(`command line: ${messageOf(cause)}`, cause)
  }
}

/** @throws StartError `settings_invalid` */
export function fromLine(line: ReturnType<typeof parseLine>): Fragment {
  const cert = line['tls-cert']
  const key = line['tls-key']
  if ((cert === undefined) !== (key === undefined)) throw invalid('command line: --tls-cert and --tls-key go together')
  const given = {
    data: line.data,
    listen: line.listen,
    database: line.database,
    bus: line.bus,
    blobs: line.blobs,
    trustedKeys: line['trusted-key'],
    tls: cert !== undefined && key !== undefined ? { cert, key } : undefined,
    operatorTokenFile: line['operator-token-file'],
    packagersFile: line['packagers-file'],
    admission: line.admission,
  }
  const result = fragment.safeParse(
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  )
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw invalid(`command line: ${issue?.path.join('.')}: ${issue?.message}`)
}
