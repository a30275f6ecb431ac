import { Mark } from '../../parts/mark.tsx'

/** What of an order is still missing or off, in the order's own words. */
export function NoOrder({ issues }: { issues: readonly { path: PropertyKey[]; message: string }[] }) {
  return (
    <div role="status">
      <ul className="plain" aria-label="What is missing">
        {issues.slice(0, 4).map(({ path, message }) => (
          <li key={path.join('.')}>
            <Mark meaning="held" long>
              {issueText(path, message)}
            </Mark>
          </li>
        ))}
      </ul>
    </div>
  )
}

function issueText(path: readonly PropertyKey[], message: string): string {
  if (path[0] === 'to') return 'Nobody is chosen yet.'
  return `${placeText(path)}: ${message === 'Invalid input' ? 'expected a number that fits' : message}`
}

function placeText(path: readonly PropertyKey[]): string {
  return (
    path.map((part) => (typeof part === 'number' ? String(part + 1) : String(part).replace(/s$/, ''))).join(' ') ||
    'order'
  )
}
