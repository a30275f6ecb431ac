/** The agent's settings, on the data partition. `fleetPort` is the fleet's on the host, which the device sees as 10.0.2.2. */
export function deviceSettings(bootControl: string, fleetPort: number): string {
  return `[network]
server_address = "http://10.0.2.2:${fleetPort}"
listen_socket = "10.0.2.15:8080"

[storage]
read_only = false
runtime_settings = "/data/updatehub/runtime_settings.conf"

[polling]
enabled = true
interval = "1m"

[update]
download_dir = "/data/download"
supported_install_modes = ["raw", "flash", "ubifs"]

[firmware]
metadata = "/usr/share/updatehub"

[windlass]
strict_product = true
reboot_wait = "2m"
${bootControl}

[windlass.health]
commands = ["/release/gateway-works"]
server = true
within = "40s"
`
}
