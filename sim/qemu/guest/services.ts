import { main } from '@windlass/services'

/** `windlass services` as one file: a guest without acceleration takes long to read hundreds. */
process.exitCode = await main(process.argv.slice(3))
