import type { Dice } from '../faults/world/dice.ts'

/** No input gets longer than that, however often it is changed. */
export const mostInputBytes = 65_536

interface Material {
  /** Another input, to take pieces from. */
  other: Buffer
  tokens: readonly string[]
}

type Change = (input: Buffer, dice: Dice, material: Material) => Buffer

const oddBytes = [0, 1, 0x0a, 0x20, 0x22, 0x2f, 0x5c, 0x7f, 0x80, 0xc0, 0xfe, 0xff] as const
const oddNumbers = [
  0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff,
] as const

const changes: readonly [Change, ...Change[]] = [
  (input, dice) => changed(input, at(input, dice), (byte) => byte ^ (1 << dice.whole(0, 7))),
  (input, dice) => changed(input, at(input, dice), () => dice.one(oddBytes)),
  (input, dice) => changed(input, at(input, dice), () => dice.whole(0, 255)),
  (input, dice) => withNumber(input, at(input, dice), dice),
  (input, dice) => without(input, ...piece(input, dice)),
  (input, dice) => insert(input, at(input, dice), input.subarray(...piece(input, dice))),
  (input, dice, { other }) => insert(input, at(input, dice), other.subarray(...piece(other, dice))),
  (input, dice, { other }) => Buffer.concat([input.subarray(0, at(input, dice)), other.subarray(at(other, dice))]),
  (input, dice) => input.subarray(0, at(input, dice)),
  (input, dice, { tokens }) =>
    insert(input, at(input, dice), Buffer.from(tokens[dice.whole(0, tokens.length - 1)] ?? '')),
  (input, dice) => insert(input, at(input, dice), Buffer.alloc(dice.whole(1, 64), dice.one(oddBytes))),
  (input, dice) => repeated(input, dice),
  (input, dice) =>
    Buffer.from(
      input.toString('latin1').replace(/\d+/g, (digits) => oddDigits(digits, dice)),
      'latin1',
    ),
]

/** One to eight changes, one upon the other. */
export function mutateBytes(input: Uint8Array, dice: Dice, material: Material): Buffer {
  let now: Buffer = Buffer.from(input)
  for (let left = dice.one([1, 1, 2, 4, 8]); left > 0; left--) now = dice.one(changes)(now, dice, material)
  return now.subarray(0, mostInputBytes)
}

function at(input: Buffer, dice: Dice): number {
  return dice.whole(0, Math.max(0, input.length - 1))
}

function piece(input: Buffer, dice: Dice): [from: number, to: number] {
  const from = at(input, dice)
  return [from, Math.min(input.length, from + dice.whole(1, dice.one([4, 16, 64, 512])))]
}

function changed(input: Buffer, place: number, to: (byte: number) => number): Buffer {
  const copy = Buffer.from(input)
  if (copy.length > 0) copy[place] = to(copy[place] ?? 0)
  return copy
}

function withNumber(input: Buffer, place: number, dice: Dice): Buffer {
  const copy = Buffer.from(input)
  const number = dice.one(oddNumbers)
  const bytes = Buffer.alloc(4)
  if (dice.happens(0.5)) bytes.writeUInt32LE(number)
  else bytes.writeUInt32BE(number)
  bytes.copy(copy, place)
  return copy
}

function without(input: Buffer, from: number, to: number): Buffer {
  return Buffer.concat([input.subarray(0, from), input.subarray(to)])
}

function insert(input: Buffer, place: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([input.subarray(0, place), bytes, input.subarray(place)])
}

function repeated(input: Buffer, dice: Dice): Buffer {
  const [from, to] = piece(input, dice)
  const size = Math.min(mostInputBytes, (to - from) * dice.one([2, 2, 10, 10, 1_000]))
  return from === to ? input : insert(input, to, Buffer.alloc(size, input.subarray(from, to)))
}

function oddDigits(digits: string, dice: Dice): string {
  if (dice.happens(0.7)) return digits
  return dice.one(['0', '1', '-1', '1e309', '0.5', '00', '9007199254740993', '18446744073709551616', `${digits}0`])
}
