/** Where the navigation leads, in the order of an operator's day: what is watched, what is made. Projects: for who may host them. */
export const places = [
  [
    { to: '/', name: 'Overview', key: 'o', icon: 'overview' },
    { to: '/devices', name: 'Devices', key: 'd', icon: 'devices' },
    { to: '/units', name: 'Units', key: 'u', icon: 'units' },
    { to: '/rollouts', name: 'Rollouts', key: 'r', icon: 'rollouts' },
  ],
  [
    { to: '/groups', name: 'Groups', key: 'g', icon: 'groups' },
    { to: '/packages', name: 'Packages', key: 'p', icon: 'packages' },
    { to: '/releases', name: 'Releases', key: 'l', icon: 'releases' },
  ],
  [
    { to: '/activity', name: 'Activity', key: 'a', icon: 'activity' },
    { to: '/audit', name: 'Audit', key: 't', icon: 'audit' },
    { to: '/settings', name: 'Settings', key: 's', icon: 'settings' },
    { to: '/projects', name: 'Projects', key: 'j', icon: 'projects' },
  ],
] as const
