import { join } from 'node:path/posix'
import { verify } from '@windlass/trust'
import { hook, identity, pairs, productUid } from '../identity/firmware.ts'
import { type Check, type Finding, ok, type Patient, warning, wrong } from './check.ts'

const mostKeyBytes = 64 * 1024
const writableByOthers = 0o022
const executable = 0o111

/** Who the device says it is, and whose packages it takes (docs/integration.md, "Hooks" and "Keys"). */
export const identityChecks: readonly Check[] = [
  {
    name: 'product-uid',
    expected: 'a program that prints the 64 hexadecimal digits of the product',
    async look(patient) {
      const uid = await productUid(metadata(patient, 'product-uid'), patient)
      if (/^[0-9a-f]{64}$/i.test(uid)) return ok(uid)
      return warning(uid, 'print the product uid as the server knows it: 64 hexadecimal digits')
    },
  },
  {
    name: 'version',
    expected: 'a program that prints the version of what is installed',
    look: (patient) => said('version', 'no rollout can tell which devices are up to date', patient),
  },
  {
    name: 'hardware',
    expected: 'a program that prints the name of the board',
    look: (patient) => said('hardware', 'packages for certain hardware only are refused', patient),
  },
  {
    name: 'identity',
    expected: 'programs in device-identity.d/ that print key=value, at least one',
    async look(patient) {
      return ok(Object.keys(await identity(metadata(patient, 'device-identity.d'), patient)).join(' '))
    },
  },
  {
    name: 'attributes',
    expected: 'programs in device-attributes.d/ that print key=value, or no such folder',
    async look(patient) {
      const folder = metadata(patient, 'device-attributes.d')
      if (!(await patient.files.facts(folder))) return ok('none')
      try {
        return ok(Object.keys(await pairs(folder, patient)).join(' ') || 'none')
      } catch (error) {
        return warning(String(error), 'mend that program: as long as it fails, no attribute at all is sent')
      }
    },
  },
  {
    name: 'callbacks',
    expected: 'executable callbacks, and something that judges a new set: validate-callback or [windlass.health]',
    look: callbacks,
  },
  {
    name: 'key',
    expected: 'key.pub, an RSA public key in PEM that only its owner may change',
    look: key,
  },
]

const metadata = ({ settings }: Patient, name: string) => join(settings.metadataFolder, name)

async function said(name: string, without: string, patient: Patient): Promise<Finding> {
  const text = await hook(metadata(patient, name), patient)
  if (text) return ok(text)
  const came = text === undefined ? `no ${metadata(patient, name)}` : 'nothing'
  return warning(came, `let ${name} print it: without, ${without}`)
}

async function callbacks(patient: Patient): Promise<Finding> {
  const found: string[] = []
  for (const name of ['state-change-callback', 'validate-callback', 'rollback-callback']) {
    const facts = await patient.files.facts(metadata(patient, name))
    if (!facts) continue
    if (facts.kind !== 'file' || (facts.mode & executable) === 0) {
      return wrong(`${name} cannot be run`, `chmod 755 ${metadata(patient, name)}`)
    }
    found.push(name)
  }
  const { commands, http, units, server } = patient.settings.health
  const declared = commands.length + http.length + units.length > 0 || server
  const came = [...found, ...(declared ? ['[windlass.health]'] : [])].join(', ') || 'none'
  if (declared || found.includes('validate-callback')) return ok(came)
  return warning(
    came,
    'add a validate-callback or [windlass.health]: now a new set is kept as soon as the agent starts',
  )
}

async function key(patient: Patient): Promise<Finding> {
  const path = metadata(patient, 'key.pub')
  const facts = await patient.files.facts(path)
  if (!facts) return warning(`no ${path}`, 'put the public key there: without, packages of anybody are installed')
  const pem = new TextDecoder().decode(await patient.files.readFile(path, mostKeyBytes))
  verify(pem, new Uint8Array(), new Uint8Array())
  if ((facts.mode & writableByOthers) === 0) return ok(path)
  return wrong(`mode ${facts.mode.toString(8)}`, `chmod 644 ${path}: others than its owner may replace it`)
}
