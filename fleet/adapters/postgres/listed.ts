/** The first phase of rollout `r` that lists a device, null where none does. */
export const listedSql = (device: string): string => `
  case when r.lists then (select min(l.phase) from rollout_lists l where l.rollout = r.id and l.device = ${device}) end`
