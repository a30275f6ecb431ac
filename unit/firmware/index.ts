export { answerManagers } from './answer-managers.ts'
export { ManagerLinks } from './manager-links.ts'
export { UnitFirmware } from './unit-firmware.ts'
export { UpdateRecord } from './update-record.ts'
