import type { InstanceRecord } from './network.ts'

/** The unit's names as a hosts file: one line an address (aoscore.md 5.10). */
export function hostsFile(instances: readonly InstanceRecord[]): string {
  return instances.map((instance) => `${instance.ip}\t${namesOf(instance).join(' ')}\n`).join('')
}

/** Names that were given, then those made of index, subject, item and network; index 0 also goes without its number. */
export function namesOf({ ident, networkId, hosts }: Pick<InstanceRecord, 'ident' | 'networkId' | 'hosts'>): string[] {
  const { itemId, subjectId, index } = ident
  const base = `${subjectId}.${itemId}`
  const own = [`${index}.${base}`, ...(index === 0 ? [base] : [])]
  return [...new Set([...hosts, ...own.flatMap((name) => [name, `${name}.${networkId}`])])]
}
