const base = '/api/v1'
const part = encodeURIComponent

/** Paths of the operator API. */
export const operatorPaths = {
  packages: `${base}/packages`,
  package: (uid: string) => `${base}/packages/${part(uid)}`,
  rollouts: `${base}/rollouts`,
  rollout: (id: number) => `${base}/rollouts/${id}`,
  stopRollout: (id: number) => `${base}/rollouts/${id}/stop`,
  devices: `${base}/devices`,
  device: (id: string) => `${base}/devices/${part(id)}`,
  history: (id: string) => `${base}/devices/${part(id)}/history`,
  retry: (id: string) => `${base}/devices/${part(id)}/retry`,
  deviceLabels: (id: string) => `${base}/devices/${part(id)}/labels`,
  labels: `${base}/devices/labels`,
  groups: `${base}/groups`,
  group: (name: string) => `${base}/groups/${part(name)}`,
  blob: (digest: string) => `${base}/blobs/${part(digest)}`,
  items: `${base}/items`,
  releases: `${base}/releases`,
  release: (id: number) => `${base}/releases/${id}`,
  claims: `${base}/claims`,
  units: `${base}/units`,
  unit: (id: string) => `${base}/units/${part(id)}`,
  unitRelease: (id: string) => `${base}/units/${part(id)}/release`,
  unitAlerts: (id: string) => `${base}/units/${part(id)}/alerts`,
  unitMonitoring: (id: string) => `${base}/units/${part(id)}/monitoring`,
  unitLogs: (id: string) => `${base}/units/${part(id)}/logs`,
  unitEnv: (id: string) => `${base}/units/${part(id)}/env`,
  events: `${base}/events`,
  health: `${base}/health`,
} as const
