import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useFleet } from '../../live/fleet.tsx'
import { bytesText, secondsText } from '../../live/quantities.ts'
import { uploadPackage } from '../../live/upload-package.ts'
import { Mark } from '../../parts/mark.tsx'
import { Trouble } from '../../parts/nothing.tsx'

interface Sending {
  name: string
  size: number
  sent: number
  since: number
  quit: AbortController
}

/** Takes a uhupkg that is dropped or chosen, and shows how far it is. */
export function Publish() {
  const { token } = useFleet()
  const queries = useQueryClient()
  const [sending, setSending] = useState<Sending | null>(null)
  const [over, setOver] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const publish = useMutation({
    mutationFn: async (file: File) => {
      const begun = { name: file.name, size: file.size, sent: 0, since: Date.now(), quit: new AbortController() }
      setSending(begun)
      return uploadPackage(file, token, (sent) => setSending({ ...begun, sent }), begun.quit.signal)
    },
    onSettled: async () => {
      setSending(null)
      await queries.invalidateQueries({ queryKey: ['packages'] })
    },
  })
  const take = (file: File | undefined): void => {
    if (file && !sending) publish.mutate(file)
  }
  return (
    <section
      className="publish"
      data-over={over}
      aria-label="Publish a package"
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        take(event.dataTransfer.files[0])
      }}
    >
      {sending ? (
        <Progress sending={sending} />
      ) : (
        <>
          <p>Drop a package here, or</p>
          <button type="button" className="main" onClick={() => input.current?.click()}>
            Publish a package
          </button>
          <input
            ref={input}
            type="file"
            accept=".uhupkg"
            hidden
            aria-label="Package file"
            onChange={(event) => {
              take(event.target.files?.[0])
              event.target.value = ''
            }}
          />
        </>
      )}
      <div role="status">
        {publish.data ? <Mark meaning="done">Version {publish.data.version} is published</Mark> : null}
      </div>
      {publish.error ? <Trouble error={publish.error} /> : null}
    </section>
  )
}

function Progress({ sending: { name, size, sent, since, quit } }: { sending: Sending }) {
  const rate = sent / Math.max(Date.now() - since, 1)
  const left = rate > 0 ? secondsText((size - sent) / rate / 1000) : 'soon'
  return (
    <>
      <p>
        <b>{name}</b>{' '}
        <span className="number">
          {bytesText(sent)} of {bytesText(size)}, {bytesText(rate * 1000)}/s
        </span>{' '}
        <span className="note">{sent === size ? 'the fleet checks it' : `${left} left`}</span>
      </p>
      <progress value={sent} max={size} aria-label={`Upload of ${name}`} />
      <button type="button" onClick={() => quit.abort()}>
        Cancel
      </button>
    </>
  )
}
