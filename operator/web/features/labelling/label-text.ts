/** Each label by its key, as it is shown: `site=Oslo`, or the key alone. */
export function labelTexts(labels: Readonly<Record<string, string>>): [key: string, shown: string][] {
  return Object.entries(labels).map(([key, value]) => [key, value ? `${key}=${value}` : key])
}

/** All of them in one line. */
export function labelLine(labels: Readonly<Record<string, string>>): string {
  return labelTexts(labels)
    .map(([, shown]) => shown)
    .join(', ')
}
