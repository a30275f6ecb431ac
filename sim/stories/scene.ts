import type { Clock, Processes } from '@windlass/platform'
import type { OperatorClient } from '@windlass/wire/operator'
import { DemoError } from '../demo-error.ts'
import type { AgentClient } from '../device/agent-client.ts'
import type { DeviceLayout } from '../device/layout.ts'
import type { ImageKind } from '../images/image-kind.ts'
import type { News } from '../news.ts'
import type { Place } from '../place.ts'
import type { Screen } from '../screen/screen.ts'

/** What the stories are played with. */
export interface Scene {
  place: Place
  layout: DeviceLayout
  product: string
  hardware: string
  images: ImageKind
  fleet: OperatorClient
  fleetUrl: string
  agent: AgentClient
  news: News
  screen: Screen
  clock: Clock
  processes: Processes
  quit: AbortSignal
}

/** @throws DemoError `story_failed` */
export function hold(what: string, expected: unknown, came: unknown): void {
  const [left, right] = [JSON.stringify(expected), JSON.stringify(came)]
  if (left !== right) throw new DemoError('story_failed', `${what}: expected ${left}, got ${right}`)
}
