import { sha256Text } from '@windlass/model'
import { type Log, nodeFiles, nodeHttp, systemClock, systemRandom } from '@windlass/platform'
import { fetchObject } from './fetch.ts'
import { defaultLimits } from './limits.ts'

// A program that the system test starts, to kill it: `fetch-child.ts URL PATH SIZE SHA256`. Prints how many KiB of
// memory the download took at its peak, over what the program had at its start.
const [url = '', path = '', size = '', sha256sum = ''] = process.argv.slice(2)
const silent: Log = { error() {}, warning() {}, info() {}, debug() {}, trace() {}, child: () => silent }
const atStart = process.resourceUsage().maxRSS
await fetchObject(
  { http: nodeHttp(), files: nodeFiles, clock: systemClock, random: systemRandom, log: silent },
  { url, headers: {}, path, size: Number(size), sha256sum: sha256Text(sha256sum) },
  { ...defaultLimits, backOff: { ...defaultLimits.backOff, firstDelayMs: 1, maxDelayMs: 10 } },
  () => {},
  new AbortController().signal,
)
console.log(process.resourceUsage().maxRSS - atStart)
