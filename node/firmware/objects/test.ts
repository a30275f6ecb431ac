import type { TestObject } from '@windlass/model'
import { UpdateError } from '../update-error.ts'
import { withPayload } from './payload.ts'
import type { Mode } from './port.ts'

/** No effect, but its payload is read and checked like any other. */
export const test: Mode<TestObject> = {
  async check(object) {
    if (object.refuse)
      throw new UpdateError('requirement_failed', `${object.filename}: it says that it must be refused`)
  },
  async install(object, payload, ports, progress, stop) {
    await withPayload(object, payload, ports, progress, stop, async (pieces) => {
      for await (const _ of pieces) continue
    })
    return 'installed'
  },
}
