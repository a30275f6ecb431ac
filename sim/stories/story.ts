import { line } from '../screen/line.ts'
import type { Scene } from './scene.ts'

/** What a story leaves behind, for the summary. */
export interface Told {
  title: string
  /** How it ended, in a few words. */
  outcome: string
  ms: number
  /** What was seen to hold. */
  facts: readonly string[]
}

export interface Story {
  title: string
  tell(scene: Scene): Promise<Pick<Told, 'outcome' | 'facts'>>
}

/** Plays one after the other. @throws DemoError at the first thing that does not go as it should */
export async function play(stories: readonly Story[], scene: Scene): Promise<Told[]> {
  const told: Told[] = []
  for (const story of stories) {
    scene.screen.heading(`${told.length + 1}  ${story.title}`)
    const started = scene.clock.uptime()
    const { outcome, facts } = await story.tell(scene)
    for (const fact of facts) scene.screen.line(line('demo', `holds: ${fact}`, 'good'))
    told.push({ title: story.title, outcome, facts, ms: Math.round(scene.clock.uptime() - started) })
  }
  return told
}
