const drawings = {
  windlass: 'M8 2.2v11.6M2.2 8h11.6M4 4l8 8M12 4l-8 8M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6',
  overview: 'M2.5 9.5h4v4h-4zM9.5 7h4v6.5h-4zM2.5 2.5h4V6h-4zM9.5 2.5h4v1.5h-4z',
  devices: 'M3 3.5h10v6.5H3zM6 13h4M8 10v3',
  units: 'M8 1.8l5.4 3.1v6.2L8 14.2l-5.4-3.1V4.9zM8 8l5.2-3M8 8v6M8 8L2.8 5',
  rollouts: 'M2.5 12.5h3v-3h3.5v-3h3.5v-3M10.5 3.5h2v2',
  packages: 'M2.5 5l5.5-2.8L13.5 5v6L8 13.8 2.5 11zM2.5 5L8 7.8 13.5 5M5.2 3.7l5.4 2.7',
  releases: 'M8.5 2.5h5v5l-6 6-5-5zM10.9 5.1h.01',
  groups:
    'M6 7.5a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6M1.8 13c.3-2.4 1.8-3.7 4.2-3.7s3.9 1.3 4.2 3.7M10.6 7.3a2 2 0 1 0-.6-3.9M11.6 9.5c1.6.3 2.5 1.5 2.7 3.3',
  activity: 'M1.8 8.5h2.9l1.8-5 3 9 1.8-4h2.9',
  audit: 'M3.5 2.5h9v11h-9zM5.8 5.5h4.4M5.8 8h4.4M5.8 10.5h2.4',
  settings:
    'M8 10.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4M8 1.8v1.7M8 12.5v1.7M1.8 8h1.7M12.5 8h1.7M3.6 3.6l1.2 1.2M11.2 11.2l1.2 1.2M12.4 3.6l-1.2 1.2M4.8 11.2l-1.2 1.2',
  projects: 'M2 13.5h12M3.5 13.5V5.5l4-3v11M7.5 6.5h5v7M5.5 7h.01M5.5 10h.01M10 9h.01M10 11.5h.01',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
} as const
export type IconName = keyof typeof drawings

/** A small drawing beside a word; it says nothing that the word does not. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={drawings[name]} />
    </svg>
  )
}
