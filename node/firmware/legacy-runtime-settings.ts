import type { RuntimeSettingsDocument } from '@windlass/wire/updatehub'
import { parse } from 'ini'

/** The INI runtime settings of version 1 agents (updatehub.md 4.2); undefined when the text is none. */
export function runtimeSettingsOfIni(text: string): RuntimeSettingsDocument | undefined {
  const { Polling, Update } = parse(text) as Record<string, Record<string, string | boolean> | undefined>
  if (!Polling) return undefined
  const last = Date.parse(String(Polling['LastPoll']))
  const set = String(Update?.['UpgradeToInstallation'] ?? '-1')
  return {
    polling: {
      last: new Date(Number.isNaN(last) || last < 0 ? 0 : last).toISOString(),
      retries: Math.max(0, Math.trunc(Number(Polling['Retries']) || 0)),
      now: String(Polling['ProbeASAP']) === 'true',
      server_address: 'default',
    },
    update: set === '0' ? { upgrade_to_installation: 'a' } : set === '1' ? { upgrade_to_installation: 'b' } : {},
    path: '',
    persistent: true,
  }
}
