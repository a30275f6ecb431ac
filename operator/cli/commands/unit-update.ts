import { RpcError } from '@windlass/platform'
import { schedulerMethods } from '@windlass/wire/aoscore'
import { CliError } from '../cli-error.ts'
import { type Command, command } from '../command.ts'
import { noticeText, schedulerParams, withScheduler } from '../unit/scheduler.ts'

export const unitUpdateStartSota = starting('sota', 'services', schedulerMethods.startSota)
export const unitUpdateStartFota = starting('fota', 'firmware', schedulerMethods.startFota)

function starting(part: string, what: string, method: typeof schedulerMethods.startSota): Command {
  return command({
    name: `unit update start-${part}`,
    description: `Let a unit begin the update of its ${what} that waits for this word`,
    params: schedulerParams,
    run: (at, io) =>
      withScheduler(at, io, async (client) => {
        await client.call(method, {}, io.signal).catch(explain)
        return { page: `The update of ${what} begins.`, json: { started: part } }
      }),
  })
}

export const unitUpdateWatch = command({
  name: 'unit update watch',
  description: 'Follow how the updates of a unit stand, until Ctrl-C',
  params: schedulerParams,
  run: (at, io) =>
    withScheduler(at, io, async (client) => {
      try {
        for await (const notice of client.feed(schedulerMethods.notifications, {}, io.signal))
          io.event(noticeText(notice), notice)
      } catch (error) {
        if (!io.signal.aborted) explain(error)
      }
      return { page: '', json: {} }
    }),
})

function explain(error: unknown): never {
  if (!(error instanceof RpcError)) throw error
  const unavailable = error.code === 'unavailable'
  throw new CliError(
    unavailable ? 'unavailable' : 'no',
    unavailable ? `expected a unit's update scheduler, got: ${error.message}` : error.message,
    { cause: error },
  )
}
