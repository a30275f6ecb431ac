import { table } from './table.ts'

export interface Surroundings {
  /** The front door, as one would type it. */
  windlass: string
  /** Ports of fleet and agent. */
  ports: { fleet: number; agent: number }
  privateKey: string
  /** A package nobody has published yet, and what it was made of. */
  next: { version: string; uid: string; file: string; description: string }
  /** One that the device may be given directly. */
  direct: { version: string; file: string }
}

/** What to try against the demo that stays up: whole commands, to be copied. */
export function nextSteps({ windlass, ports, privateKey, next, direct }: Surroundings): string {
  const fleet = ports.fleet === 8000 ? '' : ` --fleet http://localhost:${ports.fleet}`
  const device = ports.agent === 8080 ? '' : ` --device localhost:${ports.agent}`
  const rows: [string, string][] = [
    ['the devices, and why each is offered nothing', `devices --why${fleet}`],
    ['the rollouts', `rollout list${fleet}`],
    ['what the device says of itself', `device info${device}`],
    ['what its agent did last', `device log${device}`],
    ['', ''],
    [`look into ${next.version}, which nobody has yet`, `inspect ${next.file}`],
    ['pack it again, after changing a file', `pack ${next.description} --key ${privateKey} --out ${next.file} --force`],
    ['give it to the fleet', `publish ${next.file}${fleet}`],
    ['offer it to the device', `rollout start ${next.uid.slice(0, 12)}${fleet}`],
    ['have the device look now, not within a minute', `device probe${device}`],
    ['', ''],
    [`or put ${direct.version} onto the device yourself`, `device install ${direct.file}${device}`],
  ]
  const lines = rows.map(([what, command]) => (command === '' ? ['', ''] : [`  ${what}`, `${windlass} ${command}`]))
  return `Everything stays up. In another terminal, try:\n\n${table(lines)}\n\nCtrl-C ends it all.`
}
