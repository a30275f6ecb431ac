import type { DeviceDetail, IdleReason } from '@windlass/wire/operator'
import type { Meaning } from '../../live/meaning.ts'
import { secondsText } from '../../live/quantities.ts'

const idle: Readonly<Record<IdleReason, { text: string; meaning: Meaning }>> = {
  no_rollout: { text: 'No running rollout names this device or its product.', meaning: 'waiting' },
  product_mismatch: { text: 'The rollout is for another product.', meaning: 'held' },
  hardware_unsupported: { text: 'The package does not support this hardware.', meaning: 'held' },
  decommissioned: { text: 'It was taken out of service.', meaning: 'held' },
  version_too_old: { text: 'The package needs a newer version than the device runs.', meaning: 'held' },
  up_to_date: { text: 'It runs what its rollout asks for.', meaning: 'done' },
  failed_before: { text: 'The package failed here. It is not offered again until somebody says so.', meaning: 'held' },
  rolled_back_before: {
    text: 'The device went back from this package. It is not offered again until somebody says so.',
    meaning: 'held',
  },
  phase_closed: { text: 'Its phase of the rollout is not open yet.', meaning: 'waiting' },
  paused: { text: 'The rollout is paused.', meaning: 'held' },
  window_closed: { text: 'No window of the rollout opens.', meaning: 'waiting' },
  not_in_group: { text: 'Its rollouts are for groups that it is not in.', meaning: 'waiting' },
  too_fast: { text: 'As many devices as may are under way.', meaning: 'waiting' },
}

/** What the device's next probe will be answered, as a sentence. */
export function wantedText({ wanted, waits }: Pick<DeviceDetail, 'wanted' | 'waits'>): {
  text: string
  meaning: Meaning
} {
  switch (wanted.answer) {
    case 'offer':
      if (waits !== null)
        return { text: `Version ${wanted.version} was offered. The device waits: ${waits}.`, meaning: 'held' }
      return { text: `Version ${wanted.version} is offered when it asks next.`, meaning: 'running' }
    case 'wait':
      return { text: `It may go on in ${secondsText(wanted.seconds)}.`, meaning: 'waiting' }
    case 'none':
      return idle[wanted.reason]
  }
}

/** By which people know a device: its identity, else the first digits of its id. */
export function deviceName({ id, identity }: Pick<DeviceDetail, 'id' | 'identity'>): string {
  const values = Object.values(identity).flat()
  return values.length > 0 ? values.join(' · ') : id.slice(0, 12)
}
