/*
 * Everything on a device that reads bytes from outside, apart from what core packages read: for those who try to break it.
 */

export { parseWindow } from '@windlass/model'
export { parseMountinfo } from './adapters/mountinfo.ts'
export { FirmwareError } from './identity/firmware-error.ts'
export { parsePairs } from './identity/pairs.ts'
export { runtimeSettingsOfIni } from './legacy-runtime-settings.ts'
export { loadSettings } from './load-settings.ts'
export { foreign } from './local-api/guard.ts'
export { guardArchive } from './objects/archive-guard.ts'
export { headerSize, readHeader, startBytes } from './objects/delta/header.ts'
export { readBootEntry } from './slots/boot-entries.ts'
export { formatGrubEnvironment, parseGrubEnvironment } from './slots/grub-environment.ts'
export { ubootSlots } from './slots/uboot-slots.ts'
export { UpdateError } from './update-error.ts'
