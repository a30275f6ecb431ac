import { useMutation } from '@tanstack/react-query'
import type { NewProjectRecord } from '@windlass/wire/operator'
import { useState } from 'react'
import { useFleet } from '../../live/fleet.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { addressOf } from './project-text.ts'

interface Given {
  onClose: () => void
  onMade: (made: NewProjectRecord) => Promise<void>
}

/** What the new project is called. */
export function NewProject({ onClose, onMade }: Given) {
  const { client } = useFleet()
  const [name, setName] = useState('')
  const make = useMutation({ mutationFn: () => client.addProject(name), onSuccess: onMade })
  return (
    <Dialog
      title="Make a project"
      confirm="Make it"
      busy={make.isPending}
      error={make.error}
      onConfirm={() => make.mutate()}
      onClose={onClose}
    >
      <label>
        Name
        <input
          value={name}
          required
          maxLength={40}
          pattern="[a-z][a-z0-9\-]*"
          title="small letters, digits and -, a letter first"
          onChange={(event) => setName(event.target.value.trim())}
        />
      </label>
      <p className="note">
        {name ? (
          <>
            It will be at <code>{addressOf(name)}</code>; the name stays.
          </>
        ) : (
          'Small letters, digits and -, a letter first. The name stays, and stands in its address.'
        )}
      </p>
    </Dialog>
  )
}
