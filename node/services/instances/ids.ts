import { createHash } from 'node:crypto'
import { type InstanceIdent } from '@windlass/model/unit'

/** The OID namespace of RFC 4122, appendix C. */
const oidNamespace = Buffer.from('6ba7b8129dad11d180b400c04fd430c8', 'hex')

/** The directory and cgroup of an instance, and what it is called in logs (aoscore.md 5.9). */
export function instanceId({ itemId, subjectId, index }: InstanceIdent): string {
  return uuidV5(`${itemId}:${subjectId}:${index}`)
}

/** By which the unit places instances on a runtime (aoscore.md 5.9). */
export function runtimeId(type: string, nodeId: string): string {
  return uuidV5(`${type}-${nodeId}`)
}

/** RFC 4122, 4.3: the first 16 bytes of SHA-1 over namespace and name, with version and variant set. */
function uuidV5(name: string): string {
  const bytes = createHash('sha1').update(oidNamespace).update(name).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
