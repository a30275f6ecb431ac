import { useEffect, useRef } from 'react'
import { project } from '../live/project.ts'

/** A page: its name, what it says at a glance, what can be done. The name takes the focus, so that it is read out. */
export function Page(given: {
  title: string
  above?: React.ReactNode
  lead?: React.ReactNode
  actions?: React.ReactNode
  children: React.ReactNode
}) {
  const { title, above, lead, actions, children } = given
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = [title, project, 'Windlass'].filter(Boolean).join(' · ')
  }, [title])
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  return (
    <>
      <header className="page-head">
        <div>
          {above ? <p className="above">{above}</p> : null}
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {lead ? <div className="lead">{lead}</div> : null}
        </div>
        {actions ? <div className="actions">{actions}</div> : null}
      </header>
      {children}
    </>
  )
}

export function Panel(given: { title: string; note?: React.ReactNode; children: React.ReactNode; wide?: boolean }) {
  const { title, note, children, wide } = given
  return (
    <section className="panel" data-wide={wide ?? false} aria-label={title}>
      <header>
        <h2>{title}</h2>
        {note ? <div className="note">{note}</div> : null}
      </header>
      {children}
    </section>
  )
}
