import { message } from './codec.ts'
import { Empty } from './generated/google/protobuf/empty.ts'

/** google.protobuf.Empty */
export const empty = message<Empty, Record<never, never>>(
  'Empty',
  Empty,
  () => ({}),
  () => ({}),
)
