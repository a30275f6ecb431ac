import type { Packager, SealablePackagerStore } from './packager.ts'

/** The fake. */
export function memoryPackagerStore(): SealablePackagerStore {
  const known = new Map<string, Packager>()
  return {
    async add(packager) {
      known.set(packager.id, { ...packager, lastUsed: null })
    },
    packagers: async () => [...known.values()],
    packager: async (id) => known.get(id),
    async used(id, at) {
      const packager = known.get(id)
      if (packager) known.set(id, { ...packager, lastUsed: at })
    },
    remove: async (id) => known.delete(id),
    async changeSecrets(change) {
      for (const packager of known.values()) known.set(packager.id, { ...packager, secret: change(packager.secret) })
    },
  }
}
