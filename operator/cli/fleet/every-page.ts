import type { DeviceQuery, DeviceRecord, OperatorClient } from '@windlass/wire/operator'

/** All devices meant, page by page. */
export async function everyDevice(
  client: OperatorClient,
  only: Omit<DeviceQuery, 'limit' | 'cursor'>,
): Promise<DeviceRecord[]> {
  const all: DeviceRecord[] = []
  let cursor: string | null = null
  do {
    const page = await client.devices({ limit: 1000, ...only, ...(cursor !== null && { cursor }) })
    all.push(...page.devices)
    cursor = page.next
  } while (cursor !== null)
  return all
}
