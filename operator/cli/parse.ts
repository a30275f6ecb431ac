import { CommanderError, Option, Command as Parser } from 'commander'
import { CliError } from './cli-error.ts'
import type { Command } from './command.ts'
import { exitCodeList } from './exit-codes.ts'
import { fleetParam, tokenOptions } from './fleet/connect.ts'
import type { Params, Raw } from './params.ts'

/** A subcommand that somebody else answers; named in help and in suggestions only. */
export interface Elsewhere {
  name: string
  description: string
}

/** What a command line asks for: a command with its values, or to read something. */
export type Asked =
  | { what: 'run'; command: Command; values: Record<string, unknown>; json: boolean; shown: Shown }
  | { what: 'read'; text: string }

/** What the command line says of who asks, for commands that talk to a fleet. */
export interface Shown {
  token?: string | undefined
  tokenFile?: string | undefined
}

/** What can be asked for. `groups` describes the first words of names of two words. */
export interface Vocabulary {
  version: string
  commands: readonly Command[]
  groups: Readonly<Record<string, string>>
  elsewhere: readonly Elsewhere[]
}

/** @throws CliError `usage`; its message has the whole usage behind it where there is no command */
export function parse(argv: readonly string[], vocabulary: Vocabulary, columns = widest): Asked {
  const width = Math.min(columns, widest)
  let asked: Asked | undefined
  let text = ''
  const keep = (piece: string): void => void (text += piece)
  const program = new Parser('windlass')
    .exitOverride()
    .enablePositionalOptions()
    .configureHelp({ minWidthToWrap: 20 })
    .configureOutput({
      writeOut: keep,
      writeErr: keep,
      outputError: () => undefined,
      getOutHelpWidth: () => width,
      getErrHelpWidth: () => width,
    })
    .description('Updates fleets of Linux devices over the air.')
    .version(vocabulary.version, '--version', 'print the version')
    .helpOption('-h, --help', 'print this, or the help of a command')
    .addHelpText('after', `\n${exitCodeList()}`)
  for (const place of vocabulary.elsewhere) {
    program.command(place.name).description(place.description).helpGroup('Places, each with its own --help:')
  }
  program.commandsGroup('Commands:')
  for (const command of vocabulary.commands) {
    add(program, vocabulary, command, (values, json, shown) => (asked = { what: 'run', command, values, json, shown }))
  }
  try {
    program.parse([...argv], { from: 'user' })
  } catch (error) {
    const { cause, parser } = error instanceof Misread ? error : { cause: error, parser: program }
    return readOrRefuse(cause, text, parser)
  }
  if (!asked) throw new CliError('usage', `${argv[0]}: this is a place, not a command`)
  return asked
}

/** Longer lines are hard to read. */
const widest = 100

/** What the command line does wrong, with the command or group that it says it to. */
class Misread extends Error {
  override readonly cause: CommanderError
  readonly parser: Parser
  constructor(cause: CommanderError, parser: Parser) {
    super(cause.message)
    this.cause = cause
    this.parser = parser
  }
}

function readOrRefuse(error: unknown, text: string, parser: Parser): Asked {
  if (!(error instanceof CommanderError)) throw error
  if (error.exitCode === 0) return { what: 'read', text: text.trimEnd() }
  if (error.code === 'commander.help') throw new CliError('usage', `expected a command, got none\n${text.trimEnd()}`)
  if (error.code === 'commander.missingArgument') throw new CliError('usage', missing(error, parser))
  const line = error.message
    .replace(/^error: /, '')
    .replace(/\s*\n\(?D/, '; d')
    .replace(/\)$/, '')
  const next = error.code === 'commander.unknownCommand' ? `; see ${commandLine(parser)} --help` : ''
  throw new CliError('usage', line + next)
}

/** In the words of all other refusals: `expected <package> (uid of the package), got none`. */
function missing({ message }: CommanderError, parser: Parser): string {
  const argument = parser.registeredArguments.find((one) => message.includes(`'${one.name()}'`))
  if (!argument) return message
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`
  return `expected <${name}> (${argument.description}), got none; see ${commandLine(parser)} --help`
}

/** `windlass rollout start` */
function commandLine(parser: Parser): string {
  return parser.parent ? `${commandLine(parser.parent)} ${parser.name()}` : parser.name()
}

type Chosen = (values: Record<string, unknown>, json: boolean, shown: Shown) => void

function add(program: Parser, vocabulary: Vocabulary, command: Command, chosen: Chosen): void {
  let parser = program
  for (const word of command.name.split(' ')) {
    parser = parser.commands.find((c) => c.name() === word) ?? parser.command(word)
    const own = parser.exitOverride((error) => {
      throw new Misread(error, own)
    })
    if (vocabulary.groups[word]) parser.description(aboutGroup(word, vocabulary))
    const place = vocabulary.elsewhere.find(({ name }) => name === word)
    if (place) parser.description(`${place.description}. ${aboutGroup(word, vocabulary)}`)
  }
  parser.description(command.description).option('--json', 'print one JSON document instead of text')
  for (const { flags, says, group } of Object.values(command.params)) {
    if (flags.startsWith('-')) parser.addOption(new Option(flags, says).helpGroup(group ?? 'Options:'))
    else parser.argument(flags, says)
  }
  if (Object.values(command.params).includes(fleetParam)) {
    for (const { flags, says } of tokenOptions) parser.option(flags, says)
  }
  parser.action(() => {
    const options: Record<string, Raw> = parser.opts()
    const { token, tokenFile }: Shown = parser.opts()
    chosen(values(command.params, parser.args, options), options['json'] === true, { token, tokenFile })
  })
}

/** `Who gets which package: start, watch, list, stop` */
function aboutGroup(word: string, { groups, commands }: Vocabulary): string {
  const verbs = commands
    .filter(({ name }) => name.startsWith(`${word} `))
    .map(({ name }) => name.slice(word.length + 1))
  return `${groups[word] ?? word}: ${verbs.join(', ')}`
}

function values(params: Params, args: readonly string[], options: Record<string, Raw>): Record<string, unknown> {
  let position = 0
  return Object.fromEntries(
    Object.entries(params).map(([key, param]) => {
      if (param.flags.startsWith('-')) return [key, param.read(options[optionKey(param.flags)])]
      return [key, param.read(param.flags.includes('...') ? args.slice(position) : args[position++])]
    }),
  )
}

/** The key under which commander keeps the value of `-o, --target-path <path>`: `targetPath`. */
function optionKey(flags: string): string {
  const name = /--([^ ]+)/.exec(flags)?.[1] ?? flags
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
}
