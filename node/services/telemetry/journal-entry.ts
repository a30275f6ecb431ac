import type { NodeAlert } from '@windlass/model/unit'

/** Which entries of the system's journal are told to the unit. */
export interface JournalRules {
  /** Of syslog, 0 (emergency) to 7 (debug); what is less urgent is not told. AosCore's default: 3, errors. */
  priority: number
  /** Messages that match one of these are not told. */
  filter: readonly RegExp[]
}

/** One line of `journalctl --output=json`. `alert` is absent where the entry is not to be told. */
export interface JournalEntry {
  cursor: string
  alert?: NodeAlert
}

/** Units whose words are the unit's own: AosCore's and ours. */
const coreUnits: Readonly<Record<string, 'CM' | 'SM' | 'IAM' | 'MP'>> = {
  'aos-cm.service': 'CM',
  'aos-sm.service': 'SM',
  'aos-iam.service': 'IAM',
  'aos-mp.service': 'MP',
  'windlass-unit.service': 'CM',
  'windlass-services.service': 'SM',
}

/** AosCore's limit (aoscore.md 0.4). */
const longestMessage = 256

/** Undefined for what is no entry. */
export function journalEntry(line: string, { priority, filter }: JournalRules): JournalEntry | undefined {
  const fields = fieldsOf(line)
  const cursor = fields?.['__CURSOR']
  if (!fields || typeof cursor !== 'string') return undefined
  const message = messageOf(fields['MESSAGE'])
  const urgency = Number(fields['PRIORITY'] ?? Number.NaN)
  const isTold = message !== '' && urgency <= priority && !filter.some((pattern) => pattern.test(message))
  if (!isTold) return { cursor }
  const timeMs = Math.floor(Number(fields['__REALTIME_TIMESTAMP']) / 1000)
  const unit = fields['_SYSTEMD_UNIT'] ?? fields['UNIT']
  const component = typeof unit === 'string' ? coreUnits[unit] : undefined
  const short = message.slice(0, longestMessage)
  const about = component ? { kind: 'core' as const, component } : { kind: 'system' as const }
  return { cursor, alert: { ...about, timeMs: Number.isFinite(timeMs) ? timeMs : 0, message: short } }
}

function fieldsOf(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** Text that is not UTF-8 comes as a list of bytes; a very long one as null; the same field twice as a list of texts. */
function messageOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return ''
  if (value.every((one): one is number => typeof one === 'number')) return Buffer.from(value).toString()
  return value.map(messageOf).join(' ')
}
