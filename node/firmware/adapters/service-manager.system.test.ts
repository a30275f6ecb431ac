import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createLog, nodeProcesses, systemClock } from '@windlass/platform'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serviceManager } from './service-manager.ts'

const folder = mkdtempSync(join(tmpdir(), 'windlass-notify-'))
const socket = join(folder, 'notify')
/** Owns the socket as systemd would; closes the descriptor that a sender passes to learn that it was heard. */
const owner = `
import array, os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('listening', flush=True)
while True:
    data, ancillary, _, _ = s.recvmsg(4096, socket.CMSG_SPACE(4))
    for _, _, fds in ancillary:
        for fd in array.array('i', fds): os.close(fd)
    print(data.decode(), flush=True)
`

describe('systemd’s socket', () => {
  let manager: ChildProcess
  const heard: string[] = []

  beforeAll(async () => {
    manager = spawn('python3', ['-c', owner, socket], { stdio: ['ignore', 'pipe', 'inherit'] })
    const lines = createInterface(manager.stdout ?? process.stdin)
    lines.on('line', (line) => heard.push(line))
    await once(lines, 'line')
  })

  afterAll(() => {
    manager.kill()
    rmSync(folder, { recursive: true })
  })

  it.skipIf(!systemdNotify())(
    'hears what is said through systemd-notify (skipped where that is not installed)',
    async () => {
      const environment = { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '200000' }
      const real = nodeProcesses()
      const processes = {
        ...real,
        run: (command: Parameters<typeof real.run>[0]) => real.run({ ...command, env: environment }),
      }
      const quit = new AbortController()
      const attended = serviceManager(environment, process.pid, {
        processes,
        clock: systemClock,
        log: createLog([], () => 0),
      }).attend(quit.signal)
      while (heard.filter((line) => line === 'WATCHDOG=1').length < 2)
        await once(manager.stdout ?? process.stdin, 'data')
      quit.abort()
      await attended
      const states = heard.filter((line) => line.includes('=') && !line.startsWith('BARRIER'))
      expect(states.slice(0, 3)).toEqual(['READY=1', 'WATCHDOG=1', 'WATCHDOG=1'])
    },
  )
})

function systemdNotify(): boolean {
  try {
    execFileSync('systemd-notify', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
