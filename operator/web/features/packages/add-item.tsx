import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useFleet } from '../../live/fleet.tsx'
import { bytesText } from '../../live/quantities.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { uploadItem } from './upload-item.ts'

/** Takes a service's image and shows how far its upload is. Leaving the dialog ends the upload. */
export function AddItem({ onClose }: { onClose: () => void }) {
  const { client, token } = useFleet()
  const queries = useQueryClient()
  const [file, setFile] = useState<File | null>(null)
  const [itemId, setItemId] = useState('')
  const [version, setVersion] = useState('')
  const [sent, setSent] = useState<{ bytes: number; of: number } | null>(null)
  const [quit] = useState(() => new AbortController())
  const add = useMutation({
    mutationFn: async (image: File) => {
      const progress = (bytes: number, of: number): void => setSent({ bytes, of })
      return uploadItem({ file: image, itemId, version }, { client, token, progress, signal: quit.signal })
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['items'] })
      onClose()
    },
  })
  const leave = (): void => {
    quit.abort()
    onClose()
  }
  return (
    <Dialog
      title="Add a version of a service"
      confirm="Add it"
      busy={add.isPending || file === null}
      error={add.error}
      onConfirm={() => file && add.mutate(file)}
      onClose={leave}
    >
      <label>
        Image: an OCI layout as a tar archive
        <input type="file" accept=".tar,.oci" onChange={(event) => setFile(event.target.files?.[0] ?? null)} />
      </label>
      <p className="note">
        <code>skopeo copy docker://IMAGE oci-archive:FILE</code> makes one.
      </p>
      <div className="fields">
        <label>
          Name
          <input value={itemId} required maxLength={64} onChange={(event) => setItemId(event.target.value.trim())} />
        </label>
        <label>
          Version
          <input
            value={version}
            required
            placeholder="1.0.0"
            maxLength={32}
            onChange={(event) => setVersion(event.target.value.trim())}
          />
        </label>
      </div>
      {sent && add.isPending ? (
        <div className="sending" role="status">
          <progress value={sent.bytes} max={sent.of} aria-label={`Upload of ${itemId}`} />
          <span className="note number">
            {bytesText(sent.bytes)} of {bytesText(sent.of)}
          </span>
        </div>
      ) : null}
    </Dialog>
  )
}
