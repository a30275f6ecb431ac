import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ask, useFleet } from '../../live/fleet.tsx'
import { Mark } from '../../parts/mark.tsx'
import { Moment } from '../../parts/moment.tsx'
import { Answered, Empty } from '../../parts/nothing.tsx'
import { Panel } from '../../parts/page.tsx'
import { alertText } from './alert-text.ts'

const few = 8

/** What the unit warned of, newest first. */
export function Alerts({ id }: { id: string }) {
  const { client } = useFleet()
  const question = useQuery(ask.alerts(client, id))
  const [all, setAll] = useState(false)
  return (
    <Panel title="Alerts" note="newest first">
      <Answered of={question}>
        {(alerts) =>
          alerts.length === 0 ? (
            <Empty title="It has warned of nothing">Quotas, failures and downloads appear here.</Empty>
          ) : (
            <>
              <ol className="timeline">
                {alerts.slice(0, all ? alerts.length : few).map((one, index) => {
                  const { who, what, meaning } = alertText(one)
                  return (
                    <li key={`${alerts.length - index}`}>
                      <Moment at={one.at} />
                      <div>
                        <b>{who}</b>{' '}
                        <Mark meaning={meaning} long>
                          {what}
                        </Mark>
                      </div>
                    </li>
                  )
                })}
              </ol>
              {alerts.length > few ? (
                <button type="button" className="quiet" onClick={() => setAll(!all)}>
                  {all ? 'Only the latest' : `All ${alerts.length}`}
                </button>
              ) : null}
            </>
          )
        }
      </Answered>
    </Panel>
  )
}
