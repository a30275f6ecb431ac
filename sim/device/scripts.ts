import { join } from 'node:path'
import { quoted } from '../children/quoted.ts'
import type { DeviceLayout } from './layout.ts'

/** What a device of the demo says it is. */
export interface Identity {
  product: string
  hardware: string
  serial: string
}

/**
 * The programs that an integrator writes for a device: UpdateHub's hooks and callbacks (updatehub.md 4.3, 4.5), and
 * the boot scripts (4.4). By path; plain sh.
 */
export function scripts(layout: DeviceLayout, { product, hardware, serial }: Identity): Record<string, string> {
  const root = quoted(layout.root)
  const metadata = (name: string): string => join(layout.metadata, name)
  const program = (name: string): string => join(layout.programs, name)
  return {
    [metadata('product-uid')]: `echo ${product}`,
    [metadata('hardware')]: `echo ${hardware}`,
    [metadata('device-identity.d/serial')]: `echo serial=${serial}`,
    [metadata('version')]: `sed -n 's/^VERSION_ID=//p' ${root}/etc/os-release`,
    [metadata('validate-callback')]: `
# Is the system that runs fit to stay? It is asked itself, out of the slot that was booted.
exec sh ${root}/usr/bin/gateway --self-test ${root}`,
    [program('updatehub-active-get')]: `sed -n 's/^updatehub_active=//p' ${quoted(layout.bootEnvironment)}`,
    [program('updatehub-active-set')]: `
case "$1" in 0|1) ;; *) echo "updatehub-active-set: expected 0 or 1, got '$1'" >&2; exit 64 ;; esac
${replaceEnvironment(layout, `printf 'updatehub_active=%s\\nupgrade_available=1\\nbootcount=0\\n' "$1"`)}`,
    [program('updatehub-active-validated')]: `
active=$(sed -n 's/^updatehub_active=//p' ${quoted(layout.bootEnvironment)})
${replaceEnvironment(layout, `printf 'updatehub_active=%s\\nupgrade_available=0\\nbootcount=0\\n' "$active"`)}`,
    [program('reboot')]: `: > ${quoted(layout.restartWanted)}`,
  }
}

/** The environment changes at once or not at all, whenever the power goes. */
function replaceEnvironment({ bootEnvironment }: DeviceLayout, print: string): string {
  const [to, draft] = [quoted(bootEnvironment), quoted(`${bootEnvironment}.tmp`)]
  return `${print} > ${draft} && sync ${draft} && mv ${draft} ${to}`
}
