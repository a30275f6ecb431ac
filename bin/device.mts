import about from './package.json' with { type: 'json' }

/** The door of a device image: what runs on a device, and nothing of a server. */
const places = {
  agent: { description: 'Runs the agent', load: () => import('@windlass/firmware') },
  doctor: { description: 'Is this device fit to be updated?', load: () => import('@windlass/firmware/doctor') },
} as const

const usage = `usage: windlass COMMAND [OPTION...]

${Object.entries(places)
  .map(([name, { description }]) => `  ${name.padEnd(8)} ${description}`)
  .join('\n')}

  windlass COMMAND --help explains one; windlass --version
`

async function open([name = '', ...rest]: string[]): Promise<number> {
  if (name === 'agent' || name === 'doctor') return await (await places[name].load()).main(rest)
  if (name === '--version') process.stdout.write(`${about.version}\n`)
  else if (name === '--help' || name === '-h') process.stdout.write(usage)
  else process.stderr.write(`windlass: expected ${Object.keys(places).join(' or ')}, got "${name}"\n${usage}`)
  return name.startsWith('-') ? 0 : 64
}

void open(process.argv.slice(2)).then((code) => {
  process.exitCode = code
})
