import type { RpcHandlers } from '@windlass/platform'
import { updateManagerMethods } from '@windlass/wire/aoscore'
import type { ManagerLinks } from './manager-links.ts'

/** Serves updatemanager.v2 (aoscore.md 1.4), port 8091 by default. */
export function answerManagers(links: ManagerLinks): (handlers: RpcHandlers) => void {
  return (handlers) => handlers.stream(updateManagerMethods.register, (link) => void links.attend(link))
}
