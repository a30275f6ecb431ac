import { createCipheriv } from 'node:crypto'
import { type Tree, treeOf } from './tree.ts'

const fillBytes = 24 * 1024 * 1024

/**
 * The system of the pretend product: an application with its configuration, and data that does not compress. Without
 * `uplink` it boots but cannot do its work.
 */
export function systemTree(version: string, { uplink }: { uplink: boolean }): Tree {
  return treeOf({
    'etc/os-release': `NAME="Windlass demo gateway"\nID=windlass-demo\nVERSION_ID=${version}\n`,
    'etc/gateway.conf': `name=gateway\n${uplink ? 'uplink=wan0\n' : ''}sensors=12\n`,
    'usr/bin/gateway': gateway,
    'var/lib/gateway/common.bin': noise('common'),
    'var/lib/gateway/model.bin': noise(version),
  })
}

/** What comes as a tarball beside the image. It has to be of the same version as the image. */
export function siteTree(version: string): Tree {
  return treeOf({
    'opt/site/version': `${version}\n`,
    'opt/site/index.html': `<!doctype html><title>Gateway ${version}</title><h1>Gateway ${version}</h1>\n`,
  })
}

/** Bytes that look random and are the same for the same seed: AES in counter mode over zeros. */
function noise(seed: string): Buffer {
  const key = Buffer.alloc(16, seed)
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(fillBytes / 2))
}

const gateway = `#!/bin/sh
# gateway --self-test ROOT: could this program do its work on the system below ROOT?
root=$2
fail() { echo "gateway: $1" >&2; exit 1; }
[ "$1" = --self-test ] || fail "expected --self-test"
system=$(sed -n 's/^VERSION_ID=//p' "$root/etc/os-release")
site=$(cat "$root/opt/site/version")
[ "$system" = "$site" ] || fail "system $system with site $site"
grep -q '^uplink=' "$root/etc/gateway.conf" || fail "no uplink in /etc/gateway.conf"
`
