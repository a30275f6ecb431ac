import type { PlainObject } from '@windlass/model'
import { UpdateError } from '../update-error.ts'
import type { Mode } from './port.ts'

/** A mode that packages may name and that nothing on a Linux device can carry out (updatehub.md 5.4). */
function unsupported<M extends PlainObject['mode']>(mode: M, why: string): Mode<Extract<PlainObject, { mode: M }>> {
  const refuse = async ({ filename }: PlainObject): Promise<never> => {
    throw new UpdateError('mode_unsupported', `object ${filename}: mode ${mode} ${why}`)
  }
  return { check: refuse, install: refuse }
}

export const mender = unsupported(
  'mender',
  "carries an artifact for Mender's client, with types and scripts of its own; pack the files inside it as raw or copy",
)
export const zephyr = unsupported(
  'zephyr',
  'carries an image for a microcontroller that runs Zephyr and writes its own flash; this device runs Linux',
)
