import type * as v from 'valibot'
import { anyCase, platformFields, present } from './document-schema.ts'
import type { Platform } from './documents.ts'

export const platformSchema = anyCase(platformFields)

/** Empty texts: the document does not say. */
export function platformOf(p: v.InferOutput<typeof platformSchema>): Platform {
  return present({
    architecture: p.architecture,
    variant: p.variant,
    os: p.os,
    osVersion: p['os.version'],
    osFeatures: p['os.features'],
  })
}

export function platformDocument(p: Platform): Record<string, unknown> {
  return {
    architecture: p.architecture,
    os: p.os,
    variant: p.variant,
    'os.version': p.osVersion,
    'os.features': p.osFeatures.length > 0 ? p.osFeatures : undefined,
  }
}
