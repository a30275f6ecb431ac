/** What a rollout of a release is begun with; it stands in the page's address. */
export interface Chosen {
  release?: number
  units?: readonly string[]
}

export function chosenIn({ release, units }: Record<string, unknown>): Chosen {
  const named = Array.isArray(units) ? units.filter((one) => typeof one === 'string') : []
  return { ...(Number(release) > 0 && { release: Number(release) }), ...(named.length > 0 && { units: named }) }
}
