import { placeMs } from '../../rollout/pace.ts'

/**
 * The pace of rollout row `r`, where it has a speed, as JSON at the instant that `at` stands for: the same as the memory store's
 * count of `holdsPlace`. Nothing is counted for rollouts without.
 */
export const paceSql = (at: string): string => `
  (select json_build_object('seq', p.seq, 'minute', p.minute, 'offers', p.offers, 'underWay', (
     select count(*) from attempts t
     where t.package = r.package and t.state in ('offered', 'updating')
       and t.at > ${at}::timestamptz - interval '${placeMs} milliseconds'))
   from rollout_paces p where p.rollout = r.id and ${at}::timestamptz is not null)`
