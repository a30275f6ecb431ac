import { fragmentOf, SettingsInput } from '@windlass/platform'
import { defaultFragment, type Settings, toSettings } from '../settings.ts'

/** Settings of a node whose folders lie in `folder`, for tests. */
export function sampleSettings(folder: string, more: Readonly<Record<string, unknown>> = {}): Settings {
  const own = {
    cmServerUrl: 'unit.test:8093',
    workingDir: folder,
    resourcesConfigFile: `${folder}/resources.cfg`,
    'windlass.nodeId': 'node-a',
    'windlass.runDir': `${folder}/run`,
    ...more,
  }
  return toSettings(new SettingsInput(defaultFragment, fragmentOf('the test', own)))
}
