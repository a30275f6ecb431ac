import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Scene } from '../install/contestant.ts'
import { windlass } from '../install/contestants/windlass.ts'
import { describe, makeImage } from '../install/image.ts'
import { measured } from '../install/meter.ts'
import { memoryOf } from '../install/proc.ts'
import { run, start, stop } from '../install/run-program.ts'

const usage = `usage: npm run bench:memory -- [--size MB] [--folder FOLDER] COMMAND...

  What the agent keeps in memory, idle and busy, beside a bare HTTP server of the same Node, in one run.

  COMMAND          how the agent is started, such as dist/windlass-x64, or "node --lite-mode device.cjs"; several are compared
  --node PATH      the Node of the bare server (default: this one)
  --size MB        size of the image in millions of bytes (default 200)
  --folder FOLDER  where images and packages are kept (default .windlass/bench-memory)
`
const settleMs = 5_000
const root = join(import.meta.dirname, '../..')
const bareServer =
  "require('node:http').createServer((_, answer) => answer.end('here\\\\n')).listen(18479, '127.0.0.1')"

interface Row {
  name: string
  what: string
  rss: number
  anonymous: number
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      node: { type: 'string', default: process.execPath },
      size: { type: 'string', default: '200' },
      folder: { type: 'string', default: join(root, '.windlass/bench-memory') },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help || positionals.length === 0) return console.log(usage)
  const scene = await prepare(values.folder, Number(values.size))
  const rows = [await bare(values.node)]
  for (const command of positionals) rows.push(...(await agent(command, scene)))
  console.log(table(rows))
}

async function prepare(folder: string, megabytes: number): Promise<Omit<Scene, 'agent'>> {
  await mkdir(folder, { recursive: true })
  const bytes = Math.ceil((megabytes * 1e6) / 2 ** 20) * 2 ** 20
  const image = await makeImage(join(folder, `${megabytes}.ext4`), bytes, 3)
  const path = join(folder, 'target.img')
  const packed = `${image.path}.zst`
  await run({ command: 'zstd', args: ['-q', '-f', '-3', image.path, '-o', packed] })
  const target = { path, kind: 'file' as const, release: () => rm(path) }
  return { folder, image, packed: await describe(packed), target }
}

async function bare(node: string): Promise<Row> {
  await forget(node)
  const server = start({ command: node, args: ['-e', bareServer] })
  await wait(settleMs)
  const row = now('bare HTTP server', 'idle', server.pid)
  await stop(server)
  return row
}

/** Started anew for each: what one piece of work leaves behind is not counted for the next. */
async function agent(command: string, scene: Omit<Scene, 'agent'>): Promise<Row[]> {
  const parts = command.split(' ').filter(Boolean)
  const rows: Row[] = []
  for (const from of ['local', 'http'] as const) {
    for (const part of parts) await forget(part)
    const form = windlass({ name: 'windlass', payload: 'stored', from })
    const whole = { ...scene, agent: parts }
    await form.prepare(whole)
    await writeFile(scene.target.path, '')
    await copyFile(scene.image.path, scene.target.path)
    const started = await form.start(whole)
    try {
      await wait(settleMs)
      if (from === 'local') rows.push(now(command, 'idle', started.services[0]))
      const { rss, anonymous } = await measured(started.services, (spawn) => started.install(spawn))
      rows.push({
        name: command,
        what: from === 'local' ? 'installing' : 'downloading, then installing',
        rss,
        anonymous,
      })
    } finally {
      await started.stop()
    }
  }
  return rows
}

function now(name: string, what: string, pid = 0): Row {
  const { rss, anonymous } = memoryOf(pid) ?? { rss: Number.NaN, anonymous: Number.NaN }
  return { name, what, rss, anonymous }
}

/**
 * A program that was just written lies in the page cache in larger pieces than one that was read, and each is mapped whole: some 40 MB
 * more of it seem to be in use. On a device it was read.
 */
async function forget(path: string): Promise<void> {
  if (!path.includes('/')) return
  for (const args of [
    [`of=${path}`, 'oflag=nocache', 'conv=notrunc,fdatasync'],
    [`if=${path}`, 'iflag=nocache', 'of=/dev/null'],
  ]) {
    await run({ command: 'dd', args: [...args, 'count=0', 'status=none'] }).catch(() => undefined)
  }
}

function table(rows: readonly Row[]): string {
  const mb = (bytes: number) => (bytes / 1e6).toFixed(1)
  const [base] = rows
  const lines = rows.map(({ name, what, rss, anonymous }) => {
    const times = (mine: number, bare = Number.NaN) => (mine / bare).toFixed(2)
    return `| ${name} | ${what} | ${mb(rss)} | ${times(rss, base?.rss)} | ${mb(anonymous)} | ${times(anonymous, base?.anonymous)} |`
  })
  return [
    '| program | does | RSS MB | × bare | anonymous MB | × bare |',
    '|---|---|---:|---:|---:|---:|',
    ...lines,
  ].join('\n')
}

await main()
