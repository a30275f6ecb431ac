import type { Clock, Log, RpcClient } from '@windlass/platform'
import { updateManagerMethods } from '@windlass/wire/aoscore-update-manager'
import type { UpdateManager } from './update-manager.ts'

const dialAgainMs = 10_000

/**
 * Stays registered at the communication manager until `quit` fires: dials, says where the update stands, hears commands;
 * dials again 10 s after the stream broke (aoscore.md 1.1). `connect` is asked each time: certificates may have changed.
 */
export async function stayRegistered(
  manager: UpdateManager,
  connect: () => Promise<RpcClient>,
  { clock, log }: { clock: Clock; log: Log },
  quit: AbortSignal,
): Promise<void> {
  while (!quit.aborted) {
    try {
      await register(manager, await connect(), log, quit)
      log.info('the unit closed the stream')
    } catch (error) {
      if (!quit.aborted) log.warning('not registered at the unit', { why: String(error) })
    }
    await clock.sleep(dialAgainMs, quit).catch(() => {})
  }
}

async function register(manager: UpdateManager, client: RpcClient, log: Log, quit: AbortSignal): Promise<void> {
  const close = () => client.close()
  quit.addEventListener('abort', close)
  const link = client.open(updateManagerMethods.register)
  const deaf = manager.listen((status) => link.send(status))
  try {
    link.send(manager.status())
    for await (const command of link) {
      if (command instanceof Error) log.warning('command of the unit not understood', { why: command.message })
      else manager.obey(command)
    }
  } finally {
    deaf()
    quit.removeEventListener('abort', close)
    client.close()
  }
}
