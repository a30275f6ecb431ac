import { useMutation } from '@tanstack/react-query'
import type { LabelChange } from '@windlass/wire/operator'
import { useState } from 'react'
import { Empty, Trouble } from '../../parts/nothing.tsx'
import { Panel } from '../../parts/page.tsx'
import { labelTexts } from './label-text.ts'

interface Given {
  labels: Readonly<Record<string, string>>
  run: (change: LabelChange) => Promise<unknown>
}

/** What operators wrote on one device or unit: a word is put on or taken off in place. */
export function Labels({ labels, run }: Given) {
  const [text, setText] = useState('')
  const change = useMutation({ mutationFn: run, onSuccess: () => setText('') })
  return (
    <Panel title="Labels">
      {Object.keys(labels).length === 0 ? <Empty title="None yet">Groups are made of labels.</Empty> : null}
      <ul className="plain chips">
        {labelTexts(labels).map(([key, shown]) => (
          <li key={key}>
            <code>{shown}</code>
            <button
              type="button"
              className="quiet"
              aria-label={`Take ${key} off`}
              onClick={() => change.mutate({ remove: [key] })}
            >
              ✕
            </button>
          </li>
        ))}
      </ul>
      <form
        className="pickers"
        onSubmit={(event) => {
          event.preventDefault()
          const [key = '', ...value] = text.split('=')
          change.mutate({ set: { [key.trim()]: value.join('=').trim() } })
        }}
      >
        <label>
          Another one
          <input value={text} required placeholder="site=Oslo" onChange={(event) => setText(event.target.value)} />
        </label>
        <button type="submit" disabled={change.isPending}>
          Put it on
        </button>
      </form>
      {change.error ? <Trouble error={change.error} /> : null}
    </Panel>
  )
}
