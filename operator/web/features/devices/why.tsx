import { Link } from '@tanstack/react-router'
import type { DeviceDetail, ReasonRecord } from '@windlass/wire/operator'
import type { Meaning } from '../../live/meaning.ts'
import { Mark } from '../../parts/mark.tsx'
import { wantedText } from './wanted-text.ts'

const meanings: Readonly<Record<ReasonRecord['code'], Meaning>> = {
  offer: 'running',
  not_started: 'waiting',
  no_rollout: 'waiting',
  phase_closed: 'waiting',
  up_to_date: 'done',
  product_mismatch: 'held',
  hardware_unsupported: 'held',
  failed_before: 'held',
  rolled_back_before: 'held',
  paused: 'held',
  window_closed: 'waiting',
  too_fast: 'waiting',
  not_in_group: 'waiting',
  decommissioned: 'held',
  version_too_old: 'held',
}

/** What the device will be told next, and why: what each rollout says to it, and what stands behind that. */
export function Why({ device }: { device: DeviceDetail }) {
  const wanted = wantedText(device)
  return (
    <section className="panel why" data-meaning={wanted.meaning} aria-label="What comes next, and why">
      <header>
        <h2>What comes next</h2>
      </header>
      <p className="why-text">
        <Mark meaning={wanted.meaning} long>
          {wanted.text}
        </Mark>
      </p>
      {device.why.length > 0 ? (
        <ul className="plain tree" aria-label="Why">
          {device.why.map((reason) => (
            <Reason key={`${reason.rollout} ${reason.code}`} reason={reason} />
          ))}
        </ul>
      ) : null}
    </section>
  )
}

function Reason({ reason: { code, rollout, text, because } }: { reason: ReasonRecord }) {
  return (
    <li>
      <Mark meaning={meanings[code]} long>
        {text}{' '}
        {rollout === null ? null : (
          <Link to="/rollouts/$id" params={{ id: String(rollout) }}>
            rollout {rollout}
          </Link>
        )}
      </Mark>
      {because.length > 0 ? (
        <ul className="plain">
          {because.map((one) => (
            <li key={one} className="note">
              {one}
            </li>
          ))}
        </ul>
      ) : null}
    </li>
  )
}
