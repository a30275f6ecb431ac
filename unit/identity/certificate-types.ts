import type { CertificateType } from '../ports.ts'

export const certificateTypes = ['online', 'offline', 'cm', 'sm', 'um', 'iam'] as const satisfies CertificateType[]
