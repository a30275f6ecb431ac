import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installPackages } from './system-packages.ts'

/*
 * `npm test`: the static checks, then the rings, fast ones first. Goes on after a failure, so that one run says all.
 * With names of rings it runs those only.
 */

interface Tally {
  passed: number
  failed: number
  skipped: string[]
}

const checks: Readonly<Record<string, readonly string[]>> = {
  types: ['tsc', '-p', 'tsconfig.json'],
  'types of the console': ['tsc', '-p', 'operator/web'],
  format: ['biome', 'check', '.'],
  lint: ['oxlint', '--type-aware', '--deny-warnings'],
  'unused code': ['knip', '--no-progress'],
}

function main(): number {
  const started = Date.now()
  const chosen = process.argv.slice(2)
  const missing = installPackages(['system', 'qemu'])
  if (missing) console.log(`system packages not installed: ${missing}`)
  const broken = chosen.length > 0 ? [] : Object.keys(checks).filter((name) => !check(name))
  const rings = (chosen.length > 0 ? chosen : ['fast', 'system', 'qemu']).map(ring)
  report(rings, broken, secondsSince(started))
  return broken.length === 0 && rings.every(({ failed }) => failed === 0) ? 0 : 1
}

function check(name: string): boolean {
  const [command = '', ...args] = checks[name] ?? []
  const { status } = spawnSync(command, args, { stdio: 'inherit' })
  console.log(`${status === 0 ? 'ok' : 'FAILED'}: ${name}`)
  return status === 0
}

/** Runs one ring; a runner that dies without a result counts as one failure. */
function ring(project: string): Tally {
  const started = Date.now()
  const folder = mkdtempSync(join(tmpdir(), 'windlass-test-'))
  const results = join(folder, 'results.json')
  try {
    const args = ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${results}`]
    const { status } = spawnSync('vitest', args, { stdio: 'inherit' })
    const tally = read(results)
    return status !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally
  } finally {
    rmSync(folder, { recursive: true })
    console.log(`${project} ring: ${secondsSince(started)} s`)
  }
}

function secondsSince(ms: number): number {
  return Math.round((Date.now() - ms) / 1000)
}

interface Results {
  testResults: { assertionResults: { status: string; fullName: string }[] }[]
}

function read(path: string): Tally {
  try {
    const { testResults } = JSON.parse(readFileSync(path, 'utf8')) as Results
    const all = testResults.flatMap(({ assertionResults }) => assertionResults)
    const count = (status: string) => all.filter((one) => one.status === status).length
    const skipped = all.filter(({ status }) => status !== 'passed' && status !== 'failed')
    return { passed: count('passed'), failed: count('failed'), skipped: skipped.map(({ fullName }) => fullName) }
  } catch (error) {
    console.error(`no test results: ${error instanceof Error ? error.message : String(error)}`)
    return { passed: 0, failed: 1, skipped: [] }
  }
}

function report(rings: readonly Tally[], broken: readonly string[], seconds: number): void {
  const sum = (key: 'passed' | 'failed') => rings.reduce((total, one) => total + one[key], 0)
  const skipped = rings.flatMap((one) => one.skipped)
  console.log(`\n${seconds} s; not run: ${skipped.length === 0 ? 'nothing' : ''}`)
  for (const name of skipped) console.log(`  skipped: ${name}`)
  for (const name of broken) console.log(`  FAILED check: ${name}`)
  console.log(`${sum('passed')} passed, ${sum('failed') + broken.length} failed, ${skipped.length} skipped`)
}

process.exitCode = main()
