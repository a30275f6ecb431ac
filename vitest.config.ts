import { defineConfig } from 'vitest/config'

const outside = ['**/node_modules/**', '.windlass/**']
/** Takes as long as the virtual machines and leaves the processors to them: it waits for restarts and time-outs. */
const patient = 'sim/unit/three-nodes.system.test.ts'

/** What needs more of the kernel than a machine may have; the ring of virtual machines runs it under Debian's. */
const guest = '**/*.guest.test.ts'

/** Three rings: what needs neither root nor a server of another's; what does; a whole device in a virtual machine. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'fast',
          include: ['**/*.test.ts'],
          exclude: ['**/*.system.test.ts', '**/*.qemu.test.ts', guest, ...outside],
          pool: 'threads',
          isolate: false,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'system',
          include: ['**/*.system.test.ts'],
          exclude: [patient, ...outside],
          pool: 'forks',
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'qemu',
          include: ['**/*.qemu.test.ts', patient],
          exclude: outside,
          pool: 'forks',
          // The power cuts, which run two machines, beside two others, one of which waits most of the time.
          maxWorkers: 3,
          testTimeout: 900_000,
          hookTimeout: 900_000,
        },
      },
      {
        test: {
          name: 'guest',
          include: [guest],
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
