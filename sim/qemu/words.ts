/** A list as one writes it by hand: words between blanks and line ends. */
export function words(text: string): string[] {
  return text.trim().split(/\s+/)
}
