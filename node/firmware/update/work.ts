import type { Work } from '@windlass/machine'
import type { Agent } from './diagram.ts'
import type { Ports } from './ports.ts'
import { directDownload } from './states/direct-download.ts'
import { download } from './states/download.ts'
import { entryPoint } from './states/entry-point.ts'
import { error } from './states/error.ts'
import { install } from './states/install.ts'
import { park } from './states/park.ts'
import { poll } from './states/poll.ts'
import { prepareLocalInstall } from './states/prepare-local-install.ts'
import { probe } from './states/probe.ts'
import { reboot } from './states/reboot.ts'
import { reverting } from './states/reverting.ts'
import { staged } from './states/staged.ts'
import { trying } from './states/trying.ts'
import { validation } from './states/validation.ts'
import { waiting } from './states/waiting.ts'

/** What the agent does in each state. */
export const work: Work<Agent, Ports> = {
  entry_point: entryPoint,
  park,
  poll,
  probe,
  validation,
  download,
  waiting,
  staged,
  install,
  reboot,
  trying,
  reverting,
  error,
  direct_download: directDownload,
  prepare_local_install: prepareLocalInstall,
}
