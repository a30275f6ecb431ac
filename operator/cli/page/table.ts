/** Columns as wide as their longest cell, two blanks between, under a heading line if there is one. */
export function table(rows: readonly (readonly string[])[], heading?: readonly string[]): string {
  const all = heading ? [heading, ...rows] : rows
  const widths: number[] = []
  for (const row of all) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)))
  return all
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Labels on the left, values on the right; what is undefined is left out. */
export function facts(pairs: Readonly<Record<string, string | undefined>>): string {
  return table(Object.entries(pairs).flatMap(([label, value]) => (value === undefined ? [] : [[`${label}:`, value]])))
}
