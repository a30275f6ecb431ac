import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import type { Contestant, Scene } from './contestant.ts'
import { bareCopy } from './contestants/bare-copy.ts'
import { rauc } from './contestants/rauc.ts'
import { swupdate } from './contestants/swupdate.ts'
import { windlass } from './contestants/windlass.ts'
import { describe, type Image, makeImage } from './image.ts'
import { type Cost, measured } from './meter.ts'
import { type Options, readOptions, usage } from './options.ts'
import { run } from './run-program.ts'
import { type Result, table } from './table.ts'
import { check, forgetPages, makeTarget, prefill } from './target.ts'

type Entry = Pick<Result, 'role'> & { contestant: Contestant }

const entries: readonly Entry[] = [
  { role: 'base', contestant: bareCopy },
  { role: 'peer', contestant: rauc },
  { role: 'peer', contestant: swupdate('stored') },
  { role: 'peer', contestant: swupdate('zstd') },
  { role: 'ours', contestant: windlass({ name: 'windlass', payload: 'stored', from: 'local' }) },
  { role: 'ours', contestant: windlass({ name: 'windlass zstd', payload: 'zstd', from: 'local' }) },
  { role: 'ours', contestant: windlass({ name: 'windlass http', payload: 'stored', from: 'http' }) },
]

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), join(import.meta.dirname, '../..'))
  const taking = entries.filter(({ contestant, role }) => role === 'base' || isWanted(contestant, options))
  const able = taking.filter(({ contestant }) => isInstalled(contestant))
  const folder = join(options.folder, String(options.bytes / 2 ** 20))
  await mkdir(folder, { recursive: true })
  say(`making images of ${options.bytes / 1e6} MB in ${folder}`)
  const old = await makeImage(join(folder, 'old.ext4'), options.bytes, 1)
  const image = await makeImage(join(folder, 'new.ext4'), options.bytes, 2)
  const target = await makeTarget(folder, options.bytes)
  try {
    const scene = { folder, image, packed: await packedImage(image), target, agent: options.agent }
    for (const { contestant } of able) {
      say(`preparing ${contestant.name}`)
      await contestant.prepare(scene)
    }
    const cold = await forgetPages()
    say(`target: ${target.kind}; page cache ${cold ? 'dropped before each run' : 'left as it is'}`)
    const scenarios = { 'over another version': old, 'over the same image': image }
    const results: Record<string, Result[]> = {}
    for (const [name, before] of Object.entries(scenarios)) {
      results[name] = await compare(able, scene, before, options.runs)
      console.log(options.json ? '' : `\n${name}\n\n${table(results[name])}`)
    }
    if (options.json) console.log(JSON.stringify({ bytes: options.bytes, target: target.kind, cold, results }))
  } finally {
    await target.release()
  }
}

/** Each tool in turn, then each again: what else the machine does meets all of them alike. */
async function compare(taking: readonly Entry[], scene: Scene, before: Image, runs: number): Promise<Result[]> {
  const results = taking.map(({ role, contestant }) => ({ name: contestant.name, role, costs: [] as Cost[] }))
  for (let turn = 1; turn <= runs; turn += 1) {
    for (const [index, { contestant }] of taking.entries()) {
      const cost = await once(contestant, scene, before)
      results[index]?.costs.push(cost)
      say(`${turn}/${runs} ${contestant.name}: ${cost.seconds.toFixed(2)} s`)
    }
  }
  return results
}

async function once(contestant: Contestant, scene: Scene, before: Image): Promise<Cost> {
  await prefill(scene.target, before)
  const started = await contestant.start(scene)
  try {
    await forgetPages()
    const cost = await measured(started.services, async (spawn) => {
      await started.install(spawn)
      // Not all of them sync what they wrote. One that does not is not faster, only done earlier.
      await spawn({ command: 'sync', args: [scene.target.path] })
    })
    await check(scene.target, scene.image)
    return cost
  } finally {
    await started.stop()
  }
}

async function packedImage(image: Image): Promise<Image> {
  const path = `${image.path}.zst`
  if (!existsSync(path)) await run({ command: 'zstd', args: ['-q', '-3', image.path, '-o', path] })
  return describe(path)
}

function isWanted({ name }: Contestant, { only }: Options): boolean {
  return only.length === 0 || only.includes(name)
}

/** Says what is missing, and goes on without it. */
function isInstalled({ name, needs }: Contestant): boolean {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']
  const missing = Object.keys(needs).filter((program) => !folders.some((at) => existsSync(join(at, program))))
  for (const program of missing) say(`without ${name}: no ${program} here (apt-get install ${needs[program]})`)
  return missing.length === 0
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

if (process.argv.includes('--help')) console.log(usage)
else await main()
