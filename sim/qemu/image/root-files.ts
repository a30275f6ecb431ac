import { words } from '../words.ts'
import { hardware, product } from './device-facts.ts'

/** One file of the root file system: a program where it starts with `#!`. */
export type RootFiles = Readonly<Record<string, string>>

/** Every move of the agent is to be seen on the console. */
const verbose = `[Service]
ExecStart=
ExecStart=/usr/bin/windlass agent --settings /data/etc/updatehub.conf --verbosity debug
`

/** What makes a Debian tree this device. Its root is never written: what it keeps is on the data partition. */
export const rootFiles: RootFiles = {
  'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
  'etc/group': 'root:x:0:\ntty:x:5:\n',
  'etc/hostname': 'gateway\n',
  'etc/hosts': '127.0.0.1 localhost\n',
  'etc/machine-id': '',
  'etc/systemd/system/windlass-agent.service.d/verbose.conf': verbose,
  // Whoever feeds the watchdog is the first process: if it hangs, the machine is reset.
  'etc/systemd/system.conf.d/watchdog.conf':
    '[Manager]\nRuntimeWatchdogSec=60s\nRebootWatchdogSec=60s\nShowStatus=no\n',
  'etc/systemd/journald.conf.d/console.conf':
    '[Journal]\nStorage=volatile\nForwardToConsole=yes\nMaxLevelConsole=debug\n',
  'usr/share/updatehub/product-uid': `#!/bin/sh\necho ${product}\n`,
  'usr/share/updatehub/hardware': `#!/bin/sh\necho ${hardware}\n`,
  'usr/share/updatehub/version': '#!/bin/sh\ncat /release/version\n',
  'usr/share/updatehub/device-identity.d/serial': '#!/bin/sh\ncat /data/etc/serial\n',
}

/** Units that a device without users, hotplug or a network of changing shape does not need. */
export const maskedUnits: readonly string[] = words(`
  getty.target remote-fs.target timers.target systemd-update-done.service systemd-machine-id-commit.service
  systemd-random-seed.service systemd-update-utmp.service systemd-update-utmp-runlevel.service
  systemd-user-sessions.service systemd-logind.service
  systemd-journal-flush.service systemd-firstboot.service systemd-sysusers.service systemd-sysctl.service
  systemd-modules-load.service kmod-static-nodes.service systemd-remount-fs.service systemd-pstore.service
  systemd-tmpfiles-setup.service systemd-tmpfiles-setup-dev.service modprobe@.service
  systemd-journal-catalog-update.service proc-sys-fs-binfmt_misc.automount dev-hugepages.mount dev-mqueue.mount
  sys-kernel-debug.mount sys-kernel-tracing.mount sys-fs-fuse-connections.mount sys-kernel-config.mount
`)
