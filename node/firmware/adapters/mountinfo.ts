import type { Mount } from '../objects/mounts.ts'

/**
 * Reads /proc/self/mountinfo (proc_pid_mountinfo(5)): `36 35 98:0 /root /folder options optional… - type source options`.
 * Lines of another shape are passed over.
 */
export function parseMountinfo(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ', 2)
    const [, , device, , folder] = before.split(' ')
    const [filesystem, source] = after.split(' ')
    if (!device || !folder || !filesystem || source === undefined) return []
    return [{ device, folder: unescaped(folder), filesystem, source: unescaped(source) }]
  })
}

/** Blank, tab, line feed and backslash stand as three octal digits. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}
