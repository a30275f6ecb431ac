import { parse } from 'ini'

type Sections = Record<string, Record<string, string> | undefined>

/**
 * The INI settings of version 1 agents (updatehub.md 4.1): sections and keys in PascalCase, `firmware` optional.
 * Undefined when the text has none of their sections.
 */
export function fragmentOfIni(text: string): unknown {
  if (!/^\s*\[(Polling|Storage|Update|Network)\]/m.test(text)) return undefined
  const { Polling, Storage, Update, Network, Firmware } = parse(text) as Sections
  return {
    network: { server_address: Network?.['ServerAddress'], listen_socket: Network?.['ListenSocket'] ?? '' },
    storage: { read_only: flag(Storage?.['ReadOnly'] ?? 'false'), runtime_settings: Storage?.['RuntimeSettingsPath'] },
    polling: { enabled: flag(Polling?.['Enabled']), interval: Polling?.['Interval'] },
    update: {
      download_dir: Update?.['DownloadDir'],
      supported_install_modes: Update?.['SupportedInstallModes']?.split(','),
    },
    firmware: { metadata: Firmware?.['MetadataPath'] ?? '/usr/share/updatehub' },
  }
}

/** `ini` gives booleans for bare `true` and `false`. */
function flag(value: unknown): unknown {
  return value === 'true' ? true : value === 'false' ? false : value
}
