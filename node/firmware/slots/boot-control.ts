import { kinds, type SettingsInput } from '@windlass/platform'

/** By which means the boot loader is commanded, and what that needs to know. */
export type BootControl =
  | { kind: 'scripts' }
  /** `config`: the fw_env.config to use; null: the one that `fw_setenv` finds itself, /etc/fw_env.config. */
  | { kind: 'u-boot'; config: string | null }
  /** `path`: the environment block, usually /boot/grub/grubenv. */
  | { kind: 'grub'; path: string }
  /** `path`: where the partition with loader/entries is mounted. */
  | { kind: 'systemd-boot'; path: string }
  | { kind: 'file'; path: string }

const kind = kinds.oneOf('scripts', 'u-boot', 'grub', 'systemd-boot', 'file')

/** A path without effect is a mistake that shows only in the field. */
const nothing: kinds.Kind<never> = { expected: 'nothing while boot_control is scripts', read: () => undefined }

/** Reads `windlass.boot_control` and `windlass.boot_environment`. @throws SettingsError */
export function readBootControl(input: SettingsInput): BootControl {
  const means = input.get('windlass.boot_control', kind)
  switch (means) {
    case 'scripts':
      input.find('windlass.boot_environment', nothing)
      return { kind: means }
    case 'u-boot':
      return { kind: means, config: input.find('windlass.boot_environment', kinds.text) ?? null }
    case 'grub':
    case 'systemd-boot':
    case 'file':
      return { kind: means, path: input.get('windlass.boot_environment', kinds.text) }
  }
}
