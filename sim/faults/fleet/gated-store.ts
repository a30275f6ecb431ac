import type { Store } from '@windlass/fleet/fakes'

export type StoreGate = <T>(name: keyof Store, args: readonly unknown[], work: () => Promise<T>) => Promise<T>

/** The same store, each call of which passes a gate. */
export function gatedStore(store: Store, gate: StoreGate): Store {
  const names = Object.keys(store) as (keyof Store)[]
  const calls = names.map((name) => {
    const method = store[name] as (...args: unknown[]) => Promise<unknown>
    return [name, (...args: unknown[]) => gate(name, args, () => method(...args))]
  })
  return Object.fromEntries(calls) as Store
}
