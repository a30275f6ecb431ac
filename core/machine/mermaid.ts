import type { Rows } from './drawing.ts'

/**
 * The diagram as Mermaid text. Events that lead the same way share an arrow. `boot` is drawn only where losing power
 * leads elsewhere than back into the state itself.
 */
export function mermaid(diagram: Rows, start: string): string {
  const arrows = Object.entries(diagram).flatMap(([from, row]) => rowArrows(from, row))
  return ['stateDiagram-v2', `  [*] --> ${start}`, ...arrows].join('\n')
}

function rowArrows(from: string, row: Record<string, string>): string[] {
  const byTarget = new Map<string, string[]>()
  for (const [on, to] of Object.entries(row)) {
    if (on === 'boot' && to === from) continue
    byTarget.set(to, [...(byTarget.get(to) ?? []), on])
  }
  return [...byTarget].map(([to, events]) => `  ${from} --> ${to}: ${events.join(', ')}`)
}
