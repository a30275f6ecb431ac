import { spawn } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CliError } from '../cli-error.ts'

/** An OCI layout as a folder: the folder itself, or an archive of one (`skopeo copy … oci-archive:FILE`) unpacked. */
export async function withLayout<T>(path: string, work: (folder: string) => Promise<T>): Promise<T> {
  if ((await stat(path)).isDirectory()) return work(path)
  const folder = await mkdtemp(join(tmpdir(), 'windlass-image-'))
  try {
    await untar(path, folder)
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function untar(path: string, folder: string): Promise<void> {
  const args = ['--extract', '--file', path, '--directory', folder, '--no-same-owner', '--no-same-permissions']
  const child = spawn('tar', args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (piece: Buffer) => {
    said = (said + piece.toString()).slice(0, 400)
  })
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
  if (code !== 0)
    throw new CliError('data', `${path}: expected an OCI layout as a tar archive, tar said: ${said.trim()}`)
}
