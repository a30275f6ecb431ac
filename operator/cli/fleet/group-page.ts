import type { GroupRecord } from '@windlass/wire/operator'
import { facts } from '../page/table.ts'

export function groupPage({ name, query, devices, createdAt }: GroupRecord): string {
  return facts({ group: name, query: query ?? '(devices listed)', devices: String(devices), created: createdAt })
}
