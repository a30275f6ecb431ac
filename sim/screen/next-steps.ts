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
  const steps: [string, string][] = [
    ['which devices there are, and why each is offered nothing', `devices --why${fleet}`],
    ['the rollouts', `rollout list${fleet}`],
    ['what the device says of itself, and what its agent did last', `device info${device}`],
    ['', `device log${device}`],
    [`look into ${next.version}, which nobody has yet`, `inspect ${next.file}`],
    ['pack it again, after changing a file', `pack ${next.description} --key ${privateKey} --out ${next.file} --force`],
    ['give it to the fleet (this names the package if it was packed again)', `publish ${next.file}${fleet}`],
    ['offer it to every device of the product', `rollout start ${next.uid.slice(0, 12)} --product${fleet}`],
    ['have the device look now, not within a minute', `device probe${device}`],
    [
      `put ${direct.version} onto the device past the fleet, which soon has it back at what its rollout says`,
      `device install ${direct.file}${device}`,
    ],
  ]
  const lines = steps.flatMap(([what, command]) => [...(what ? ['', `  # ${what}`] : []), `  ${windlass} ${command}`])
  return `Everything stays up. In another terminal, try:\n${lines.join('\n')}\n\nCtrl-C ends it all.`
}
