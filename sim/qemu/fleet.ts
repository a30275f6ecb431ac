import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { defaultSettings, startFleet } from '@windlass/fleet'
import { createLog } from '@windlass/platform'
import { type AttemptRecord, type OperatorClient, operatorClient, type PackageRecord } from '@windlass/wire/operator'
import { startKeeper } from '../children/keeper.ts'
import { databaseOf } from '../children/left-overs.ts'
import type { Release } from './workshop.ts'

const lookEveryMs = 500

/** A real fleet on this machine, as the tests of the device use it. Its database does not outlive this process. */
export interface TestFleet {
  port: number
  client: OperatorClient
  publish(release: Pick<Release, 'file'>): Promise<PackageRecord>
  /** Waits until the fleet knows how the package ended on its one device. @throws Error with what it knows instead */
  ended(record: PackageRecord, timeoutMs: number): Promise<AttemptRecord>
  /** The version that the one device says it runs; undefined while none was seen. */
  deviceVersion(): Promise<string | undefined>
  stop(): Promise<void>
}

export async function openFleet(folder: string, publicKey: string): Promise<TestFleet> {
  const log = createLog([], () => Date.now())
  const trustedKeys = [await readFile(publicKey, 'utf8')]
  const listen = { host: '127.0.0.1', port: 0 }
  const fleet = await startFleet({ ...defaultSettings, data: folder, listen, trustedKeys }, { log })
  const client = operatorClient({ url: fleet.url })
  const keeper = startKeeper()
  const database = await databaseOf(folder)
  if (database) keeper.keep([database.pid])
  const device = async () => (await client.devices()).devices[0]
  return {
    port: Number(new URL(fleet.url).port),
    client,
    publish: ({ file }) => client.uploadPackage({ body: createReadStream(file) }),
    async ended(record, timeoutMs) {
      for (const deadline = Date.now() + timeoutMs; ; await wait(lookEveryMs)) {
        const id = (await device())?.id
        const attempts = id === undefined ? [] : (await client.device(id)).attempts
        const attempt = attempts.find((one) => one.package === record.uid)
        if (attempt && ['updated', 'failed', 'rolled_back'].includes(attempt.state)) return attempt
        if (Date.now() < deadline) continue
        const known = JSON.stringify(attempt ?? 'nothing')
        throw new Error(
          `expected the fleet to know how ${record.version} ended, after ${timeoutMs / 1000} s it knows ${known}`,
        )
      }
    },
    deviceVersion: async () => (await device())?.version,
    async stop() {
      await fleet.stop()
      keeper.release()
    },
  }
}
