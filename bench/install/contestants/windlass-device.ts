import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

export const product = '229ffd7e08721d716163fc81a2dbaf6c90d449f0a3b009b6a2defe8a0b0d7381'

/** What an agent finds on its device. `rebooted` is a file that appears when the agent orders the restart. */
export interface DeviceFolder {
  settings: string
  programs: string
  rebooted: string
  port: number
}

const port = 18_480

/** A device that runs set A and has the other as spare: settings, hooks, boot scripts (updatehub.md 4). */
export async function deviceFolder(folder: string, publicKey: string): Promise<DeviceFolder> {
  const at = (path: string) => join(folder, path)
  const programs: Record<string, string> = {
    'hooks/product-uid': `echo ${product}`,
    'hooks/version': 'echo 1.0',
    'hooks/hardware': 'echo bench',
    'hooks/device-identity.d/serial': 'echo serial=1',
    'programs/updatehub-active-get': `cat '${at('active')}'`,
    'programs/updatehub-active-set': `printf %s "$1" > '${at('active')}'`,
    'programs/updatehub-active-validated': 'true',
    'programs/reboot': `: > '${at('rebooted')}'`,
  }
  for (const [path, text] of Object.entries(programs)) {
    await mkdir(dirname(at(path)), { recursive: true })
    await writeFile(at(path), `#!/bin/sh\n${text}\n`)
    await chmod(at(path), 0o755)
  }
  await writeFile(at('hooks/key.pub'), publicKey)
  await writeFile(at('active'), '0')
  await writeFile(at('settings.toml'), settings(at))
  return { settings: at('settings.toml'), programs: at('programs'), rebooted: at('rebooted'), port }
}

// Nobody listens at the server's address: a report costs a refused connection.
const settings = (at: (path: string) => string) => `[network]
server_address = "http://127.0.0.1:9"
listen_socket = "127.0.0.1:${port}"
[storage]
read_only = false
runtime_settings = "${at('runtime_settings.conf')}"
[polling]
enabled = false
interval = "1d"
[update]
download_dir = "${at('download')}"
supported_install_modes = ["raw"]
[firmware]
metadata = "${at('hooks')}"
[windlass.api]
socket = "none"
`
