import type { Info } from '@windlass/wire/updatehub'
import { formatDuration } from '../duration.ts'
import type { ApiPorts } from './ports.ts'

/** The closed document of updatehub.md 1.8. */
export function info({ version, settings, runtime, firmware, runner }: ApiPorts): Info {
  return {
    state: runner.state.at,
    version,
    config: {
      firmware: { metadata: settings.metadataFolder },
      network: { server_address: settings.serverAddress, listen_socket: settings.listenSocket },
      polling: { interval: formatDuration(settings.polling.intervalMs), enabled: settings.polling.enabled },
      storage: { read_only: settings.readOnly, runtime_settings: settings.runtimeSettingsPath },
      update: { download_dir: settings.downloadFolder, supported_install_modes: [...settings.installModes] },
    },
    firmware: {
      product_uid: firmware.productUid,
      version: firmware.version,
      hardware: firmware.hardware,
      pub_key: firmware.publicKey,
      device_identity: firmware.identity,
      device_attributes: firmware.attributes,
    },
    runtime_settings: runtime.toDocument(),
  }
}
