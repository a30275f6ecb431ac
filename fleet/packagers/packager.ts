/**
 * Somebody who pushes with UpdateHub's packager. `id`: the access id; `secret` signs, and must be kept as it is. Instants are
 * milliseconds since 1970.
 */
export interface Packager {
  id: string
  name: string
  secret: string
  createdAt: number
  lastUsed: number | null
}

/** Every method is one transaction. */
export interface PackagerStore {
  add(packager: Omit<Packager, 'lastUsed'>): Promise<void>
  /** Oldest first. */
  packagers(): Promise<Packager[]>
  packager(id: string): Promise<Packager | undefined>
  used(id: string, at: number): Promise<void>
  /** False where there is none. */
  remove(id: string): Promise<boolean>
}

/** A store whose secrets can be changed where they lie. */
export interface SealablePackagerStore extends PackagerStore {
  /** Every secret, as it is kept, in one transaction. */
  changeSecrets(change: (kept: string) => string): Promise<void>
}
