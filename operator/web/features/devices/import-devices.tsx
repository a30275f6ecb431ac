import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useFleet } from '../../live/fleet.tsx'
import { countText } from '../../live/quantities.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { Mark } from '../../parts/mark.tsx'

/** Takes a table of devices that may come, with their labels; what is wrong is said line by line. */
export function ImportDevices({ onClose }: { onClose: () => void }) {
  const { client } = useFleet()
  const queries = useQueryClient()
  const [file, setFile] = useState<File | null>(null)
  const bring = useMutation({
    mutationFn: async (table: File) => client.importDevices(await table.text()),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['devices'] }),
  })
  return (
    <Dialog
      title="Import a table of devices"
      confirm={bring.data ? 'Close' : 'Import it'}
      busy={bring.isPending || file === null}
      error={bring.error}
      onConfirm={() => (bring.data ? onClose() : file && bring.mutate(file))}
      onClose={onClose}
    >
      <label>
        Comma-separated values
        <input type="file" accept=".csv,text/csv" onChange={(event) => setFile(event.target.files?.[0] ?? null)} />
      </label>
      <p className="note">
        A line of headings, <code>identity.KEY</code> and <code>label.KEY</code>, then a line for each device. All of it
        is taken, or none.
      </p>
      <div role="status">
        {bring.data ? (
          <Mark meaning="done">
            {countText(bring.data.devices, 'device')} may come, {bring.data.known.toLocaleString('en')} are here already
          </Mark>
        ) : null}
      </div>
    </Dialog>
  )
}
