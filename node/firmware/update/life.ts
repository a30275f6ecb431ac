/** One life of the system: the kernel's boot id, and a token of this process. */
export interface Life {
  boot: string
  process: string
}

/**
 * Whether the system restarted since `before`. A changed boot id proves it. With the same boot id (a container, a test
 * bench without a kernel of its own) only a restart that was ordered, and a new process after it, count as one: an agent
 * that merely crashed must not take the old system for the new one and confirm what never ran.
 */
export function restarted(before: Life, now: Life, ordered: boolean): boolean {
  if (before.boot !== now.boot) return true
  return ordered && before.process !== now.process
}
