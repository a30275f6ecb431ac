import type { Told } from '../stories/story.ts'
import { secondsText } from './quantities.ts'
import { table } from './table.ts'

export interface Summary {
  /** Milliseconds since the start, of all and up to the first confirmed update. */
  ms: number
  firstConfirmedMs: number
  told: readonly Told[]
  device: { version: string; slot: string; boots: number }
  /** Paths, by what is there. */
  kept: Readonly<Record<string, string>>
}

/** One page: what happened, how long it took, where to look. */
export function summary({ ms, firstConfirmedMs, told, device, kept }: Summary): string {
  const stories = told.map(({ title, outcome, ms: took }, i) => [`${i + 1}  ${title}`, outcome, secondsText(took)])
  const facts = [
    ['first confirmed update', `${secondsText(firstConfirmedMs)} after the start`],
    ['the device', `runs ${device.version} from slot ${device.slot}, after ${device.boots} boots`],
    ...Object.entries(kept),
  ]
  const head = `All went as it should, in ${secondsText(ms)}.`
  return [head, indented(table(stories)), indented(table(facts))].join('\n\n')
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ')
}
