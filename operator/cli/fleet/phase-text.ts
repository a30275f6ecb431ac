import type { PhaseGate, PhaseSize, RolloutOrder } from '@windlass/wire/operator'
import { CliError } from '../cli-error.ts'

type Phase = NonNullable<RolloutOrder['phases']>[number]

const form =
  '`10`, `25%`, `group:NAME` or `rest`, then any of `,success=90` `,soak=2h` `,failures=3` `,approve=ann+bob/1`'
const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** Reads `25%,success=90,soak=2h,failures=3,approve=ann+bob/1`. @throws CliError `usage` */
export function phaseNamed(text: string): Phase {
  const [first = '', ...rest] = text.split(',').map((part) => part.trim())
  const size = sizeOf(first)
  const gate = rest.map(gateOf)
  if (size === undefined || gate.includes(undefined)) {
    throw new CliError('usage', `--phase: expected ${form}, got ${text}`)
  }
  return { size, gate: Object.assign({}, ...gate) as PhaseGate }
}

function sizeOf(text: string): PhaseSize | undefined {
  if (text === 'rest') return { rest: true }
  if (text.startsWith('group:')) return { group: text.slice('group:'.length) }
  if (/^[1-9]\d{0,8}$/.test(text)) return { count: Number(text) }
  return /^\d+(\.\d+)?%$/.test(text) ? { percent: Number(text.slice(0, -1)) } : undefined
}

function gateOf(text: string): PhaseGate | undefined {
  const [, key, value = ''] = /^(success|soak|failures|approve)=(.+)$/.exec(text) ?? []
  if (key === 'success' && /^\d+(\.\d+)?%?$/.test(value)) return { successPercent: Number(value.replace('%', '')) }
  if (key === 'failures' && /^[1-9]\d{0,8}$/.test(value)) return { failureLimit: Number(value) }
  if (key === 'soak') return soakOf(value)
  return key === 'approve' ? approvalOf(value) : undefined
}

function soakOf(text: string): PhaseGate | undefined {
  const [, amount, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  return amount === undefined ? undefined : { soakSeconds: Number(amount) * (seconds[unit] ?? 1) }
}

function approvalOf(text: string): PhaseGate | undefined {
  const [, names = '', needed] = /^([^/]+)(?:\/(\d{1,2}))?$/.exec(text) ?? []
  const by = names.split('+').filter((name) => name !== '')
  return by.length > 0 ? { approval: { by, needed: needed === undefined ? by.length : Number(needed) } } : undefined
}

/** `10 devices`, `25 %`, `group canary`, `the rest`. `what`: one of them. */
export function sizeText(size: PhaseSize, what = 'device'): string {
  if ('count' in size) return size.count === 1 ? `1 ${what}` : `${size.count} ${what}s`
  if ('group' in size) return `group ${size.group}`
  return 'percent' in size ? `${size.percent} %` : 'the rest'
}
