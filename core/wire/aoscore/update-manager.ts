import { streamMethod } from './method.ts'
import { updateCommand } from './update-command.ts'
import { updateStatus } from './update-status.ts'

/** updatemanager.v2.UMService (aoscore.md 1.4): the update manager calls. A door of its own: a device needs no more. */
export const updateManagerMethods = {
  register: streamMethod('/updatemanager.v2.UMService/RegisterUM', updateStatus, updateCommand),
} as const
