import type { ReleaseRecord } from '@windlass/wire/operator'

/** Releases as what a list to choose from holds. */
export function ReleaseOptions({ releases }: { releases: readonly ReleaseRecord[] }) {
  return releases.map(({ id, content }) => (
    <option key={id} value={id}>
      {id}: {content.name}
    </option>
  ))
}
