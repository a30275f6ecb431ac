/** As Node names them. */
export type Arch = 'x64' | 'arm64'
export const arches: readonly Arch[] = ['x64', 'arm64']

/** As Debian names them. */
export const debianArch: Readonly<Record<Arch, string>> = { x64: 'amd64', arm64: 'arm64' }

/** Programs that strip this architecture's executables, the best first. */
export const strippers: Readonly<Record<Arch, readonly string[]>> = {
  x64: ['x86_64-linux-gnu-strip', 'llvm-strip'],
  arm64: ['aarch64-linux-gnu-strip', 'llvm-strip'],
}
