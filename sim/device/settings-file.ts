import type { DeviceLayout } from './layout.ts'

/** The agent's settings in UpdateHub's format (updatehub.md 4.1). A TOML text is quoted as a JSON one is. `more` comes last. */
export function settingsFile(layout: DeviceLayout, server: string, listen: string, more = ''): string {
  const { records, downloads, metadata } = layout
  return `[network]
server_address = ${JSON.stringify(server)}
listen_socket = ${JSON.stringify(listen)}

[storage]
read_only = false
runtime_settings = ${JSON.stringify(records)}

[polling]
enabled = true
interval = "1m"

[update]
download_dir = ${JSON.stringify(downloads)}
supported_install_modes = ["raw", "copy", "tarball", "test"]

[firmware]
metadata = ${JSON.stringify(metadata)}

[windlass]
strict_product = true
reboot_wait = "30s"
${more}`
}
