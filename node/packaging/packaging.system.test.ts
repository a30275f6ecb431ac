import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Arch } from './arch.ts'
import { type Bundle, bundle, packagesInUnits, packagesOnDevices } from './bundle.ts'
import { makeDebian } from './debian.ts'
import { makeExecutable } from './executable.ts'
import about from './package.json' with { type: 'json' }

const root = join(import.meta.dirname, '../..')
const files = join(import.meta.dirname, 'files')
const arch: Arch = process.arch === 'arm64' ? 'arm64' : 'x64'
const folder = mkdtempSync(join(tmpdir(), 'windlass-packaging-'))
const windlass = join(folder, 'windlass')
const has = (program: string) => spawnSync(program, ['--version']).status === 0
const put = (path: string, text: string, mode = 0o644) => {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
  chmodSync(join(folder, path), mode)
}

let device: Bundle
beforeAll(async () => {
  device = await bundle(root)
  const node = join(root, `node_modules/node-linux-${arch}/bin/node`)
  await makeExecutable({ arch, code: device.code, node }, windlass)
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('the program of a device', () => {
  it('has these packages of others in it and no source of the server', () => {
    expect([...device.packages].sort()).toEqual([...packagesOnDevices, ...packagesInUnits].sort())
    expect(device.sources.filter((source) => /^(fleet|operator|sim|bench)\//.test(source))).toEqual([])
    expect(device.code.length).toBeLessThan(1_000_000)
  })

  it('asks the server and answers on its API, from a folder without sources and without Node', async () => {
    const server = createServer((_, answer) => answer.writeHead(404).end()).listen(0, '127.0.0.1')
    const port = await freePort()
    furnish(port, (server.address() as AddressInfo).port)
    const env = { PATH: `${folder}/bin:/usr/bin:/bin` }
    const agent = spawn(windlass, ['agent', '--settings', 'updatehub.conf'], { cwd: folder, env, stdio: 'inherit' })
    try {
      const info = await idleInfo(agent, `http://127.0.0.1:${port}/info`)
      expect(info).toMatchObject({ version: about.version, firmware: { version: '3.0' } })
    } finally {
      agent.kill()
      server.close()
    }
  })

  it('knows gRPC, too: within a unit it looks for its communication manager', async () => {
    const manager = createSocket((socket) => void socket.on('error', () => undefined).resume()).listen(0, '127.0.0.1')
    const port = await freePort()
    furnish(port, port)
    const { port: unit } = manager.address() as AddressInfo
    const path = join(folder, 'updatehub.conf')
    writeFileSync(path, `${readFileSync(path, 'utf8')}\n[unit]\ncommunication_manager = "127.0.0.1:${unit}"\n`)
    const env = { PATH: `${folder}/bin:/usr/bin:/bin` }
    const agent = spawn(windlass, ['agent', '--settings', 'updatehub.conf'], { cwd: folder, env, stdio: 'inherit' })
    try {
      const first = await Promise.race([once(manager, 'connection'), once(agent, 'exit')])
      expect(first).toHaveLength(1)
    } finally {
      agent.kill()
      manager.close()
    }
  })

  it('reads the sample settings, and finds this machine unfit', () => {
    const args = ['doctor', '--json', '--settings', join(files, 'updatehub.conf')]
    const { status, stdout } = spawnSync(windlass, args, { encoding: 'utf8' })
    const report = JSON.parse(stdout) as { fit: boolean; checks: unknown[] }
    expect({ status, fit: report.fit }).toEqual({ status: 1, fit: false })
    expect(report.checks[0]).toMatchObject({ name: 'settings', verdict: 'ok' })
  })

  it.each([
    [['--version'], 0, `${about.version}\n`],
    [['--help'], 0, 'usage: windlass COMMAND'],
    [['agent', '--help'], 0, 'usage: windlass agent'],
    [['fleet'], 64, 'expected agent or doctor, got "fleet"'],
    [[], 64, 'expected agent or doctor, got ""'],
  ])('%j ends with %i', (argv, code, text) => {
    const { status, stdout, stderr } = spawnSync(windlass, argv, { encoding: 'utf8' })
    expect({ status, said: stdout + stderr }).toEqual({ status: code, said: expect.stringContaining(text) })
  })
})

describe('the Debian package', () => {
  it.skipIf(!has('dpkg-deb'))('unpacks to what a device needs (skipped without dpkg-deb)', async () => {
    put('licenses.txt', 'licences')
    const parts = { arch, version: about.version, executable: windlass, licenses: join(folder, 'licenses.txt') }
    const deb = await makeDebian(parts, folder, ['-Znone'])
    const field = (name: string) => execFileSync('dpkg-deb', ['--field', deb, name], { encoding: 'utf8' }).trim()
    expect([field('Package'), field('Version')]).toEqual(['windlass-agent', about.version])
    const list = execFileSync('dpkg-deb', ['--contents', deb], { encoding: 'utf8' })
    expect(list).toMatch(/-rwxr-xr-x root\/root +\d+ .* \.\/usr\/bin\/windlass\n/)
    expect(list).toMatch(/-rw-r--r-- root\/root +\d+ .* \.\/etc\/updatehub.conf\n/)
    expect(list).toMatch(/-rw-r--r-- root\/root +\d+ .* \.\/usr\/lib\/systemd\/system\/windlass-agent.service\n/)
    execFileSync('dpkg-deb', ['--control', deb, join(folder, 'control')])
    expect(readdirSync(join(folder, 'control')).sort()).toEqual(['conffiles', 'control', 'postinst', 'postrm', 'prerm'])
  })

  it('starts nothing where systemd does not run', () => {
    const calls = join(folder, 'systemctl-calls')
    put('stub/systemctl', `#!/bin/sh\necho "$@" >> ${calls}\n`, 0o755)
    const env = { PATH: `${folder}/stub:/usr/bin:/bin` }
    execFileSync('sh', [join(files, 'debian/postinst'), 'configure', ''], { env })
    execFileSync('sh', [join(files, 'debian/prerm'), 'remove'], { env })
    execFileSync('sh', [join(files, 'debian/postrm'), 'remove'], { env })
    const said = readFileSync(calls, 'utf8').split('\n')
    if (existsSync('/run/systemd/system')) expect(said.some((line) => /\bstart\b|restart/.test(line))).toBe(false)
    else expect(said).toEqual(['enable windlass-agent.service', 'disable windlass-agent.service', ''])
  })
})

describe('the service', () => {
  it.skipIf(!has('systemd-analyze'))('is understood by systemd (skipped without systemd-analyze)', () => {
    const unit = readFileSync(join(files, 'windlass-agent.service'), 'utf8').replace('/usr/bin/windlass', windlass)
    put('units/windlass-agent.service', unit)
    const path = join(folder, 'units/windlass-agent.service')
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', path], { encoding: 'utf8' })
    expect({ status, said: stderr.split('\n').filter((line) => line.includes('windlass')) }).toEqual({
      status: 0,
      said: [],
    })
  })
})

/** A device in a folder: hooks and boot programs as scripts. */
function furnish(port: number, serverPort: number): void {
  const hooks = {
    'product-uid': 'a'.repeat(64),
    version: '3.0',
    hardware: 'board',
    'device-identity.d/serial': 'serial=A1',
  }
  for (const [name, text] of Object.entries(hooks)) put(`meta/${name}`, `#!/bin/sh\necho ${text}\n`, 0o755)
  for (const name of ['get', 'set', 'validated']) put(`bin/updatehub-active-${name}`, '#!/bin/sh\necho 0\n', 0o755)
  const settings = readFileSync(join(files, 'updatehub.conf'), 'utf8')
    .replace('https://updates.example.com', `http://127.0.0.1:${serverPort}`)
    .replace('localhost:8080', `localhost:${port}`)
    .replaceAll('/data/updatehub', `${folder}/data`)
    .replace('/usr/share/updatehub', `${folder}/meta`)
  put('updatehub.conf', settings.replace('[windlass]\n', `[windlass]\napi.socket = "${folder}/agent.sock"\n`))
}

/** What the agent says once the server had nothing for it. */
async function idleInfo(agent: ChildProcess, url: string): Promise<{ state: string }> {
  for (;;) {
    if (agent.exitCode !== null) throw new Error(`the agent ended with ${agent.exitCode}`)
    const answer = await fetch(url).catch(() => undefined)
    const info = (await answer?.json()) as { state: string } | undefined
    if (info?.state === 'poll') return info
    await sleep(50)
  }
}

async function freePort(): Promise<number> {
  const socket = createSocket().listen(0, '127.0.0.1')
  await new Promise((resolve) => socket.once('listening', resolve))
  const { port } = socket.address() as AddressInfo
  await new Promise((resolve) => socket.close(resolve))
  return port
}
