import * as v from 'valibot'
import { parseJson, shape } from './json-shape.ts'

/*
 * Bodies of the agent's local API (updatehub.md 1.4 to 1.6). Unknown keys are an error in all three.
 */

const probe = v.strictObject({ custom_server: v.string() })
const local = v.strictObject({ file: v.string() })
const remote = v.strictObject({ url: v.string() })

/**
 * `POST /probe`: the server to ask instead of the configured one, or undefined.
 * Every body problem counts as no body, and an empty address as no address (decision D3).
 */
export function decodeProbeOrder(bytes: string | Uint8Array): string | undefined {
  try {
    return shape('probe', probe, parseJson('probe', bytes)).custom_server || undefined
  } catch {
    return undefined
  }
}

/** `POST /local_install`: the path of a package. @throws WireError */
export function decodeLocalInstall(bytes: string | Uint8Array): string {
  return shape('local_install', local, parseJson('local_install', bytes)).file
}

/** `POST /remote_install`: the address of a package. @throws WireError */
export function decodeRemoteInstall(bytes: string | Uint8Array): string {
  return shape('remote_install', remote, parseJson('remote_install', bytes)).url
}

/** What `POST /probe` answers (updatehub.md 1.4). */
export type ProbeAnswer = 'updating' | 'no_update' | { try_again: number }
const probeAnswer = v.union([v.picklist(['updating', 'no_update']), v.strictObject({ try_again: v.number() })])

export function decodeProbeAnswer(bytes: string | Uint8Array): ProbeAnswer {
  return shape('probe answer', probeAnswer, parseJson('probe answer', bytes))
}
