import { bytesText } from '../page/quantities.ts'
import { facts } from '../page/table.ts'
import { type RawObject, shown } from './opened.ts'

/** All objects, each once: a value that differs between the sets is written as `a: … b: …`. */
export function objectsPage(sets: readonly (readonly RawObject[])[]): string {
  const count = Math.max(0, ...sets.map((set) => set.length))
  const blocks = Array.from({ length: count }, (_, i) =>
    objectBlock(
      i,
      sets.map((set) => set[i] ?? {}),
    ),
  )
  return blocks.join('\n\n')
}

const inHeading = ['filename', 'mode', 'size']

function objectBlock(index: number, perSet: readonly RawObject[]): string {
  const field = (key: string): string => valueText(perSet.map((object) => object[key]))
  const size = perSet[0]?.['size']
  const sizeText = typeof size === 'number' ? bytesText(size) : field('size')
  const keys = [...new Set(perSet.flatMap((object) => Object.keys(object)))].filter((key) => !inHeading.includes(key))
  const details = facts(Object.fromEntries(keys.sort().map((key) => [key, field(key)])))
  return `${index + 1}. ${field('filename')}  (${field('mode')}, ${sizeText})\n${indent(details)}`
}

function valueText(perSet: readonly unknown[]): string {
  const texts = perSet.map(shown)
  if (texts.every((text) => text === texts[0])) return texts[0] ?? ''
  return texts.map((text, i) => `${'ab'[i] ?? i}: ${text}`).join('   ')
}

function indent(text: string): string {
  return text.replace(/^/gm, '   ')
}
