import type { Command } from '../command.ts'
import { audit } from './audit.ts'
import { deviceAbort } from './device-abort.ts'
import { deviceDownload } from './device-download.ts'
import { deviceHold } from './device-hold.ts'
import { deviceInfo } from './device-info.ts'
import { deviceInstall } from './device-install.ts'
import { deviceLog } from './device-log.ts'
import { deviceProbe } from './device-probe.ts'
import { deviceRelease } from './device-release.ts'
import { devices } from './devices.ts'
import { devicesCounts } from './devices-counts.ts'
import { devicesDecommission, devicesRecommission } from './devices-decommission.ts'
import { devicesImport } from './devices-import.ts'
import { devicesLabel } from './devices-label.ts'
import { devicesRetry } from './devices-retry.ts'
import { groupsChange, groupsList, groupsNew, groupsRemove, groupsShow } from './groups.ts'
import { inspect } from './inspect.ts'
import { itemsAdd } from './items-add.ts'
import { itemsList } from './items-list.ts'
import { keysNew } from './keys-new.ts'
import { keysShow } from './keys-show.ts'
import { list } from './list.ts'
import { pack } from './pack.ts'
import { packagersList, packagersNew, packagersRemove } from './packagers.ts'
import { packagesRule } from './packages-rule.ts'
import { projectsCreate, projectsList, projectsRemove, projectsToken } from './projects.ts'
import { publish } from './publish.ts'
import { releasesAdd } from './releases-add.ts'
import { releasesList } from './releases-list.ts'
import { rolloutAbort } from './rollout-abort.ts'
import { rolloutApprove } from './rollout-approve.ts'
import { rolloutList } from './rollout-list.ts'
import { rolloutPause, rolloutResume } from './rollout-pause.ts'
import { rolloutRollBack } from './rollout-roll-back.ts'
import { rolloutShow } from './rollout-show.ts'
import { rolloutStart } from './rollout-start.ts'
import { rolloutWatch } from './rollout-watch.ts'
import { tokensList } from './tokens-list.ts'
import { tokensNew } from './tokens-new.ts'
import { tokensWithdraw } from './tokens-withdraw.ts'
import { unitUpdateStartFota, unitUpdateStartSota, unitUpdateWatch } from './unit-update.ts'
import { units } from './units.ts'
import { unitsClaim, unitsClaimsList, unitsClaimsWithdraw } from './units-claim.ts'
import { unitsCounts } from './units-counts.ts'
import {
  unitsGroupsChange,
  unitsGroupsList,
  unitsGroupsNew,
  unitsGroupsRemove,
  unitsGroupsShow,
} from './units-groups.ts'
import { unitsLabel } from './units-label.ts'
import { unitsLog } from './units-log.ts'
import { unitsRelease } from './units-release.ts'
import { unitsRevoke } from './units-revoke.ts'
import { unitsRolloutStart } from './units-rollout-start.ts'
import {
  unitsRolloutAbort,
  unitsRolloutApprove,
  unitsRolloutPause,
  unitsRolloutResume,
  unitsRolloutTakeBack,
} from './units-rollout-steer.ts'
import { unitsRolloutList, unitsRolloutShow } from './units-rollouts.ts'
import { usersList } from './users-list.ts'
import { usersNew } from './users-new.ts'
import { usersPassword } from './users-password.ts'
import { usersRemove } from './users-remove.ts'
import { usersRole } from './users-role.ts'
import { verify } from './verify.ts'
import { webhooksList } from './webhooks-list.ts'
import { webhooksLog } from './webhooks-log.ts'
import { webhooksNew } from './webhooks-new.ts'
import { webhooksRemove } from './webhooks-remove.ts'

/** Every command, in the order of the help: from making a package to looking at what became of it. */
export const allCommands: readonly Command[] = [
  keysNew,
  keysShow,
  pack,
  inspect,
  verify,
  publish,
  list,
  packagesRule,
  rolloutStart,
  rolloutShow,
  rolloutWatch,
  rolloutList,
  rolloutPause,
  rolloutResume,
  rolloutApprove,
  rolloutAbort,
  rolloutRollBack,
  devices,
  devicesRetry,
  devicesLabel,
  devicesCounts,
  devicesImport,
  devicesDecommission,
  devicesRecommission,
  groupsNew,
  groupsChange,
  groupsList,
  groupsShow,
  groupsRemove,
  itemsAdd,
  itemsList,
  releasesAdd,
  releasesList,
  units,
  unitsCounts,
  unitsClaim,
  unitsClaimsList,
  unitsClaimsWithdraw,
  unitsLabel,
  unitsGroupsNew,
  unitsGroupsChange,
  unitsGroupsList,
  unitsGroupsShow,
  unitsGroupsRemove,
  unitsRelease,
  unitsRevoke,
  unitsRolloutStart,
  unitsRolloutList,
  unitsRolloutShow,
  unitsRolloutPause,
  unitsRolloutResume,
  unitsRolloutApprove,
  unitsRolloutAbort,
  unitsRolloutTakeBack,
  unitsLog,
  usersNew,
  usersList,
  usersRole,
  usersPassword,
  usersRemove,
  tokensNew,
  tokensList,
  tokensWithdraw,
  packagersNew,
  packagersList,
  packagersRemove,
  projectsCreate,
  projectsList,
  projectsToken,
  projectsRemove,
  audit,
  webhooksNew,
  webhooksList,
  webhooksLog,
  webhooksRemove,
  unitUpdateStartSota,
  unitUpdateStartFota,
  unitUpdateWatch,
  deviceInfo,
  deviceLog,
  deviceProbe,
  deviceAbort,
  deviceInstall,
  deviceHold,
  deviceRelease,
  deviceDownload,
]

/** What the first words of two-word names stand for. */
export const groups: Readonly<Record<string, string>> = {
  keys: 'Key pairs that sign packages',
  rollout: 'Who gets which package',
  groups: 'Devices under a name',
  packages: 'What holds for packages beside what is in them',
  items: 'What units run: services and firmware components',
  releases: 'What a unit is to be',
  users: 'Who may sign in, and what they may do',
  webhooks: 'Addresses that are told what happens',
  tokens: 'What programs show instead of signing in',
  packagers: "Who may push with UpdateHub's packager",
  projects: 'Parts of the fleet that never see each other',
  unit: 'One unit, through its update scheduler',
  device: "One device, through its agent's local API; works on UpdateHub's agent too",
}
