import { allKeys, type Files, onlyKeys, readFragment, SettingsInput } from '@windlass/platform'
import { parse as parseToml } from 'smol-toml'
import { fragmentOfIni } from './legacy-settings.ts'
import { ourDefaults, ourKeys, type Settings, toSettings, updatehubDefaults, updatehubKeys } from './settings.ts'

/**
 * Reads the settings file in UpdateHub's format (updatehub.md 4.1): TOML, or the INI of version 1 agents. Without a file
 * the defaults count; a file must have every key of UpdateHub's, and none that nobody knows. @throws SettingsError
 */
export async function loadSettings(path: string, files: Files): Promise<Settings> {
  const file = await readFragment(files, path, (text) => fragmentOfIni(text) ?? parseToml(text))
  if (!file) return toSettings(new SettingsInput(updatehubDefaults, ourDefaults))
  onlyKeys(file, [...updatehubKeys, ...ourKeys])
  allKeys(file, updatehubKeys)
  return toSettings(new SettingsInput(ourDefaults, file))
}
