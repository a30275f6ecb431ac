import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  type BlobFiles,
  BlobTickets,
  localBus,
  memoryLines,
  memoryUnitStore,
  SocketTokens,
  type UnitAuthority,
  UnitOffice,
  type UnitStore,
} from '@windlass/fleet/fakes'
import type { Clock, Log } from '@windlass/platform'
import { SeededRandom } from '@windlass/platform/fakes'
import type { UnitCatalogue, UnitRelease } from '../unit/unit-catalogue.ts'

const claimHash = (unit: string) => createHash('sha256').update(unit).digest('hex')
const base = 'http://127.0.0.1:8080'

/** The fleet's units: records and bytes that outlive its process. */
export class FleetUnits {
  readonly store: UnitStore
  readonly #blobs = new Map<string, Uint8Array>()

  constructor(store: UnitStore = memoryUnitStore()) {
    this.store = store
  }

  /** Takes a unit in that will be given these releases. */
  async add(unit: string, { blobs }: UnitCatalogue): Promise<void> {
    for (const [digest, bytes] of blobs) this.#blobs.set(digest, bytes)
    await this.store.addClaim({ tokenHash: claimHash(unit), systemId: unit, createdAt: 0 })
    await this.store.enrol(claimHash(unit), { id: unit, model: 'simulated', at: 0 })
  }

  /** As if its items had been put one by one; the fleet's own work begins with the release. */
  async publish({ items }: UnitRelease, { blobs }: UnitCatalogue): Promise<void> {
    for (const item of items) {
      for (const digest of item.blobs) {
        const bytes = blobs.get(digest) ?? new Uint8Array()
        const sha3 = createHash('sha3-256').update(bytes).digest('hex')
        await this.store.addBlob({ digest, size: bytes.length, sha3 })
      }
      const size = item.blobs.reduce((sum, digest) => sum + (blobs.get(digest)?.length ?? 0), 0)
      await this.store.addItem({ ...item, ownerId: 'windlass', size, createdAt: 0 })
    }
  }

  /** What one process of the fleet serves units with. `store`: the same, through the gate of that process. */
  serve(store: UnitStore, ports: Pick<FleetParts, 'clock' | 'log' | 'events' | 'authority'>) {
    const { clock, authority } = ports
    const now = () => clock.now()
    // Tokens are good also after a restart: the secret is kept with the records.
    const secret = new SeededRandom(1).bytes(32)
    const tickets = new BlobTickets(secret, now)
    return {
      store,
      blobs: this.#files(),
      office: new UnitOffice({ ...ports, store, bus: localBus(), lines: memoryLines(), tickets, me: 'alone' }),
      claims: { store, random: new SeededRandom(2), authority, now },
      tokens: new SocketTokens(secret, now),
      tickets,
      maxUploadBytes: 0,
    }
  }

  #files(): BlobFiles {
    const bytesOf = (digest: string) => this.#blobs.get(digest) ?? new Uint8Array()
    return {
      put: () => Promise.reject(new Error('expected no upload')),
      read: async (digest, start, length) =>
        Readable.from([Buffer.from(bytesOf(digest).subarray(start, start + length))], { objectMode: false }),
      readWhole: async (digest) => bytesOf(digest),
    }
  }
}

interface FleetParts {
  clock: Clock
  log: Log
  events: ConstructorParameters<typeof UnitOffice>[0]['events']
  authority: UnitAuthority
}

/** By which units reach the fleet: loopback, so that no certificates are asked for. */
export const unitsAddress = base
