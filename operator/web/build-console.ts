import { ensureConsole } from './build.ts'

/* `npm run console`: makes the console that the fleet serves. */
console.log((await ensureConsole()) ? 'the console is built' : 'the console is built already')
