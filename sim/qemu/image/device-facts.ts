import { sha256Of } from '@windlass/trust'

/** What every device of this kind says it is. */
export const product = sha256Of(Buffer.from('windlass qemu gateway'))
export const hardware = 'qemu-gateway'

/** The partitions that an update writes, by set: the same under every boot loader. */
export const slotDevices = { a: '/dev/vda3', b: '/dev/vda4' } as const

/** Size of a slot's partition, in bytes. */
export const slotBytes = 96 * 1024 * 1024
