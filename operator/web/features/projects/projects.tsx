import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { ProjectRecord } from '@windlass/wire/operator'
import { useState } from 'react'
import { ask, useFleet } from '../../live/fleet.tsx'
import { Answered, Empty } from '../../parts/nothing.tsx'
import { Page } from '../../parts/page.tsx'
import { ShownOnce } from '../../parts/shown-once.tsx'
import { NewProject } from './new-project.tsx'
import { ProjectCard } from './project-card.tsx'
import { addressOf } from './project-text.ts'
import { RemoveProject } from './remove-project.tsx'

/** The fleets of their own beside this one: each at its address, made and removed here. */
export function Projects() {
  const { client } = useFleet()
  const queries = useQueryClient()
  const projects = useQuery(ask.projects(client))
  const [making, setMaking] = useState(false)
  const [removing, setRemoving] = useState<ProjectRecord | null>(null)
  const [made, setMade] = useState<{ name: string; token: string } | null>(null)
  const show = async (fresh: { name: string; token: string }): Promise<void> => {
    setMade(fresh)
    await queries.invalidateQueries({ queryKey: ['projects'] })
    setMaking(false)
  }
  const actions = (
    <button type="button" className="main" onClick={() => setMaking(true)}>
      Make a project
    </button>
  )
  const lead = 'Fleets of their own in this one: devices, units, packages and people of one are seen in no other.'
  return (
    <Page title="Projects" lead={lead} actions={actions}>
      {making ? <NewProject onClose={() => setMaking(false)} onMade={show} /> : null}
      {removing ? <RemoveProject project={removing} onClose={() => setRemoving(null)} /> : null}
      {made ? (
        <ShownOnce key={made.token} what={`The token of an admin of ${made.name}`} secret={made.token}>
          With it one signs in at <a href={addressOf(made.name)}>{addressOf(made.name)}</a>, and makes the first users
          there.
        </ShownOnce>
      ) : null}
      <Answered of={projects}>
        {(list) =>
          list.length === 0 ? (
            <Empty title="There is no project yet" icon="projects">
              All that you see belongs to the default project. Another one has devices, units, packages and people of
              its own, at an address of its own.
            </Empty>
          ) : (
            <>
              <div className="cards">
                {list.map((project) => (
                  <ProjectCard
                    key={project.name}
                    project={project}
                    onAdmitted={show}
                    onRemove={() => setRemoving(project)}
                  />
                ))}
              </div>
              <p className="note more">
                A project's devices (<code>server_address</code>), units (<code>fleet.url</code>), command lines (
                <code>--fleet</code>) and browsers go to its address, and sign in there. An admin here has no say
                inside: a new admin's token lets him in, and the project's audit log shows that.
              </p>
            </>
          )
        }
      </Answered>
    </Page>
  )
}
