import type { Dice } from '../faults/world/dice.ts'

type Tree = null | boolean | number | string | Tree[] | { [key: string]: Tree }

/** Names that mean something to JavaScript itself. */
const oddKeys = ['__proto__', 'constructor', 'toString', 'valueOf'] as const
const odd: readonly [Tree, ...Tree[]] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  '',
  'x'.repeat(5_000),
  '\u0000',
  '\ud800',
  '../..',
  'a\u0308',
  '__proto__',
  [],
  {},
  [[]],
]

/** Changes one place of a JSON tree; undefined where the text is no JSON, or one that is too deep to be walked. */
export function mutateJson(text: string, other: string, dice: Dice): string | undefined {
  try {
    return mutated(text, other, dice)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function mutated(text: string, other: string, dice: Dice): string | undefined {
  const [tree, donor] = [parsed(text), parsed(other)]
  if (tree === undefined) return undefined
  if (dice.happens(0.02)) return nested(text, dice)
  const places = placesIn(tree)
  const place = places[dice.whole(0, places.length - 1)]
  if (!place) return JSON.stringify(donor ?? null)
  change(place, donor === undefined ? [] : placesIn(donor), dice)
  const changed = JSON.stringify(tree)
  return dice.happens(0.1) ? withTwin(changed, dice) : changed
}

/** A value, and what holds it. */
interface Place {
  holder: Tree[] | { [key: string]: Tree }
  key: string
  value: Tree
}

function placesIn(tree: Tree): Place[] {
  const places: Place[] = []
  const holders = [tree]
  for (const holder of holders) {
    if (typeof holder !== 'object' || holder === null) continue
    for (const [key, value] of Object.entries(holder)) {
      places.push({ holder, key, value })
      holders.push(value)
    }
  }
  return places
}

function change({ holder, key, value }: Place, donors: readonly Place[], dice: Dice): void {
  const donor = donors[dice.whole(0, Math.max(0, donors.length - 1))]
  const put = (name: string, to: Tree) =>
    Object.defineProperty(holder, name, { value: to, enumerable: true, configurable: true, writable: true })
  switch (dice.whole(0, 6)) {
    case 0:
      return void (Array.isArray(holder) ? holder.splice(Number(key), 1) : Reflect.deleteProperty(holder, key))
    case 1:
      return void (Array.isArray(holder)
        ? holder.push(value)
        : put(`${key}${dice.one(['', ' ', '-x', '\u0000'])}`, value))
    case 2:
      return void put(key, donor?.value ?? null)
    case 3:
      return void put(donor?.key ?? '__proto__', donor?.value ?? {})
    case 4:
      return void put(key, typeof value === 'string' ? value.slice(dice.whole(0, value.length)) : [value])
    case 5:
      return void put(dice.one(oddKeys), dice.one(odd))
    default:
      return void put(key, dice.one(odd))
  }
}

/** One key comes twice. */
function withTwin(text: string, dice: Dice): string {
  const pairs = [...text.matchAll(/"[^"\\]*":("[^"\\]*"|\d+|true|false|null)/g)]
  const pair = pairs[dice.whole(0, Math.max(0, pairs.length - 1))]
  return pair ? `${text.slice(0, pair.index)}${pair[0]},${text.slice(pair.index)}` : text
}

function nested(text: string, dice: Dice): string {
  // Very deep ones are seldom: they take a hundred times as long.
  const depth = dice.one([10, 10, 10, 50, 50, 50, 200, 1_000, 1_000, 10_000])
  return dice.happens(0.5)
    ? `${'['.repeat(depth)}${text}${']'.repeat(depth)}`
    : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
}

function parsed(text: string): Tree | undefined {
  try {
    return JSON.parse(text) as Tree
  } catch {
    return undefined
  }
}
