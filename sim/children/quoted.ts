/** As one word of a shell's script. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
