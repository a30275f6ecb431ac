import type { Log } from '@windlass/platform'
import { type Seal, sealed, unsealed } from '../people/sealed-text.ts'
import type { PackagerStore, SealablePackagerStore } from './packager.ts'

/** A store of packagers that keeps their secrets sealed. Those that were kept as they are get sealed now. */
export async function sealedPackagers(store: SealablePackagerStore, seal: Seal, log: Log): Promise<PackagerStore> {
  await store.changeSecrets((kept) => sealed(seal, kept))
  return {
    ...store,
    add: (packager) => store.add({ ...packager, secret: sealed(seal, packager.secret) }),
    packagers: async () =>
      (await store.packagers()).map((each) => ({ ...each, secret: unsealed(seal, each.secret) ?? '' })),
    async packager(id) {
      const found = await store.packager(id)
      const secret = found && unsealed(seal, found.secret)
      if (found && secret === undefined)
        log.warning('packager is refused: its secret was sealed with another key', { packager: id })
      // Nobody can sign as one whose secret is lost.
      return found && secret !== undefined ? { ...found, secret } : undefined
    },
  }
}
