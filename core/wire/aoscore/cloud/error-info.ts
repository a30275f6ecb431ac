import { aosCodes, type ErrorInfo } from '@windlass/model/unit'
import * as v from 'valibot'
import { anyCase, maybe } from '../../oci/document-schema.ts'

/** An error without content is none (aoscore.md 0.5). The older programs send the message alone. */
export const errorInfo = v.pipe(
  maybe(anyCase({ aosCode: maybe(v.number()), exitCode: maybe(v.number()), message: maybe(v.string()) })),
  v.transform((error): ErrorInfo | undefined => {
    const { aosCode, exitCode = 0, message = '' } = error ?? {}
    if (!aosCode && exitCode === 0 && message === '') return undefined
    return { aosCode: aosCode ?? aosCodes.failed, exitCode, message }
  }),
)
