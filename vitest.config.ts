import { defineConfig } from 'vitest/config'

const outside = ['**/node_modules/**', '.windlass/**']

/** Two rings: what needs neither root nor a server of another's, and what does. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'fast',
          include: ['**/*.test.ts'],
          exclude: ['**/*.system.test.ts', ...outside],
          pool: 'threads',
          isolate: false,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'system',
          include: ['**/*.system.test.ts'],
          exclude: outside,
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
