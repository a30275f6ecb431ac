import type { DesiredItem } from '@windlass/model/unit'
import type { Log } from '@windlass/platform'
import type { Images } from '../ports.ts'

/** The types of components, as their images say them once they are here: of the runtimes or update managers they are for. */
export class ComponentTypes {
  readonly #known = new Map<string, string>()

  constructor(images: Pick<Images, 'statuses' | 'documents' | 'watch'>, log: Log) {
    const learn = async (itemId: string, version: string) => {
      try {
        const { variants } = await images.documents(itemId, version)
        this.#known.set(itemId, variants[0]?.item?.runtimes[0] ?? '')
      } catch (error) {
        log.debug('component without a type', { item: itemId, version, why: String(error) })
      }
    }
    const look = (items: ReturnType<Images['statuses']>) => {
      const here = items.filter(
        ({ type, state }) => type === 'component' && (state === 'pending' || state === 'installed'),
      )
      for (const { itemId, version } of here) void learn(itemId, version)
    }
    look(images.statuses())
    images.watch(look)
  }

  /** Empty while nobody knows. */
  of({ itemId }: Pick<DesiredItem, 'itemId'>): string {
    return this.#known.get(itemId) ?? ''
  }
}
