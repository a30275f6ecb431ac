import { agentDiagram } from '@windlass/firmware'
import { mermaid } from '@windlass/machine'
import { updateDiagram } from '@windlass/unit'

/** Diagrams in the documents, by the name of their marker; each is drawn from the table that runs. */
export const diagrams: Readonly<Record<string, string>> = {
  agent: mermaid(agentDiagram.diagram, agentDiagram.start),
  unit: mermaid(updateDiagram.diagram, updateDiagram.start),
}

/** Tables for who may not import those that run them: the console draws them. By file in core/model. */
export const tables: Readonly<Record<string, string>> = {
  'agent-table.json': tableText(agentDiagram),
  'unit-table.json': tableText(updateDiagram),
}

function tableText({ start, diagram }: { start: string; diagram: object }): string {
  return `${JSON.stringify({ start, diagram }, null, 2)}\n`
}

/** The document with every diagram between its markers drawn anew. @throws Error when a marker is missing */
export function redraw(document: string): string {
  let text = document
  for (const [name, diagram] of Object.entries(diagrams)) {
    const form = new RegExp(`(<!-- diagram: ${name} -->\\n)[^]*?(\\n<!-- end -->)`)
    if (!form.test(text)) throw new Error(`expected a marker <!-- diagram: ${name} --> … <!-- end -->`)
    text = text.replace(form, (_, begin, end) => `${begin}\`\`\`mermaid\n${diagram}\n\`\`\`${end}`)
  }
  return text
}
