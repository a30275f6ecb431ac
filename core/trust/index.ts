export { checkedStream, type Expected } from './checked-stream.ts'
export { createDigest, type Digest, sha256Of } from './digest.ts'
export { generateKeys, type Keys, sign, verify } from './keys.ts'
export { TrustError, type TrustErrorCode } from './trust-error.ts'
