import { isIP } from 'node:net'
import { grant } from '@windlass/wire/operator'
import * as z from 'zod'

const openIdFragment = z.strictObject({
  issuer: z.url({ protocol: /^https?$/ }),
  clientId: z.string().min(1),
  clientSecretFile: z.string(),
  nameClaim: z.string().min(1).optional(),
  rolesClaim: z.string().min(1).optional(),
  roles: z.record(z.string(), z.array(grant).min(1)),
})

export type OpenIdFragment = z.infer<typeof openIdFragment>

/** What the file or the command line may say; paths in the file are relative to it. */
export const fragment = z.strictObject({
  data: z.string().min(1).optional(),
  listen: z.string().optional(),
  database: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'expected an address postgresql://…')
    .optional(),
  bus: z
    .string()
    .regex(/^(nats|tls):\/\//, 'expected an address nats://… or tls://…')
    .optional(),
  blobs: z.string().min(1).optional(),
  trustedKeys: z.array(z.string()).optional(),
  tls: z.strictObject({ cert: z.string(), key: z.string() }).optional(),
  operatorTokenFile: z.string().optional(),
  packagersFile: z.string().optional(),
  admission: z.enum(['open', 'approved']).optional(),
  maxUploadBytes: z.int().min(1).optional(),
  requestsPerMinute: z.int().min(60).optional(),
  trustedProxies: z
    .array(z.string().refine(isNetwork, 'expected an IP address, or a network as 10.0.0.0/8'))
    .optional(),
  privateWebhooks: z.boolean().optional(),
  webhookKeyFile: z.string().optional(),
  privateRegistries: z.boolean().optional(),
  openid: openIdFragment.optional(),
  projects: z.record(z.string(), z.strictObject({ openid: openIdFragment.optional() })).optional(),
  resumeQuirk: z.boolean().optional(),
  traces: z
    .strictObject({
      endpoint: z.url({ protocol: /^https?$/ }).optional(),
      ratio: z.number().min(0).max(1).optional(),
    })
    .optional(),
})
export type Fragment = z.infer<typeof fragment>

/** An IP address, or a network of more than all of them: whoever trusts everybody is told anything. */
function isNetwork(text: string): boolean {
  const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const family = isIP(address)
  return family !== 0 && (bits === undefined || (Number(bits) > 0 && Number(bits) <= (family === 4 ? 32 : 128)))
}
