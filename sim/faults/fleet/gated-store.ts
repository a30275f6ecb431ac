export type StoreGate = <T>(name: string, args: readonly unknown[], work: () => Promise<T>) => Promise<T>

/** The same store, each call of which passes a gate. */
export function gatedStore<S extends object>(store: S, gate: StoreGate): S {
  const names = Object.keys(store) as (keyof S & string)[]
  const calls = names.map((name) => {
    const method = store[name] as (...args: unknown[]) => Promise<unknown>
    return [name, (...args: unknown[]) => gate(name, args, () => method(...args))]
  })
  return Object.fromEntries(calls) as S
}
