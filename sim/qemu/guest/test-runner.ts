/*
 * Takes vitest's place in the guest, where starting vitest itself would take longer than the tests: runs one after the other,
 * and says of each how it ended. `expect` is vitest's.
 */

declare const VITEST: string

type Run = () => unknown
/** One without a name has no end to be told. */
interface Step {
  name?: string
  run: Run
}

const steps: Step[] = []
const path: string[] = []
const isSkipped = Symbol('skipped')

export const { expect } = (await import(VITEST)) as typeof import('vitest')

export const describe = Object.assign((name: string, ...rest: unknown[]) => group(name, last(rest)), {
  skipIf:
    (skipped: unknown) =>
    (name: string, ...rest: unknown[]) =>
      skipped ? void steps.push({ name, run: () => isSkipped }) : group(name, last(rest)),
})

export function it(name: string, ...rest: unknown[]): void {
  steps.push({ name: [...path, name].join(' > '), run: last(rest) })
}

export function beforeAll(run: Run): void {
  steps.push({ run })
}

/** At the end of all. */
export function afterAll(run: Run): void {
  endings.push({ run })
}
const endings: Step[] = []

function group(name: string, fill: Run): void {
  path.push(name)
  fill()
  path.pop()
}

function last(rest: readonly unknown[]): Run {
  return rest.at(-1) as Run
}

/** To be called once all files have said what their tests are. */
export async function runAll(): Promise<void> {
  for (const { name, run } of [...steps, ...endings]) {
    const from = performance.now()
    try {
      const end = (await run()) === isSkipped ? 'skipped' : 'passed'
      if (name !== undefined) console.log(`guest ${end}: ${name} (${Math.round(performance.now() - from)} ms)`)
    } catch (error) {
      console.log(`guest failed: ${name}: ${error instanceof Error ? error.stack : String(error)}`)
    }
  }
  console.log('guest: all told')
}
