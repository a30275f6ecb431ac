import type { Ground } from './projects.ts'

/** Ground on which nothing stands: projects come and go by name alone. */
export function fakeGround(): Ground {
  return {
    make: async () => undefined,
    open: async () => ({ stop: async () => undefined }),
    admit: async () => undefined,
    population: async () => ({ devices: 0, units: 0 }),
    isInUse: async () => false,
    erase: async () => undefined,
  }
}
