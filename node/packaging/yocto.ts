import { createHash } from 'node:crypto'
import { copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'

const here = import.meta.dirname

/** Writes the layer to `folder`, with the executables and all that the recipe names. */
export async function makeYocto(
  { executables, licenses, version }: { executables: readonly string[]; licenses: string; version: string },
  folder: string,
): Promise<void> {
  await cp(join(here, 'yocto'), folder, { recursive: true })
  const recipe = join(folder, `recipes-core/windlass/windlass-agent_${version}.bb`)
  const sources = join(folder, 'recipes-core/windlass/windlass-agent')
  await mkdir(sources, { recursive: true })
  const own = ['windlass-agent.service', 'updatehub.conf'].map((name) => join(here, 'files', name))
  for (const file of [...executables, ...own, licenses]) await copyFile(file, join(sources, basename(file)))
  const md5 = createHash('md5')
    .update(await readFile(licenses))
    .digest('hex')
  await writeFile(recipe, (await readFile(recipe, 'utf8')).replace('@LICENSES_MD5@', md5))
}
