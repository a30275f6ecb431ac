import { operatorPaths } from '../paths.ts'
import {
  type NewProjectRecord,
  newProjectRecord,
  type ProjectRecord,
  projectList,
  projectRecord,
  projectToken,
} from '../project.ts'
import { ask, type Send, search } from './send.ts'

/** Projects beside the default one, which alone has these. */
export interface ProjectCalls {
  projects(): Promise<ProjectRecord[]>
  addProject(name: string): Promise<NewProjectRecord>
  /** Answers a token of an admin there. */
  admitToProject(name: string): Promise<string>
  /** Removing goes on after the answer; `projects` shows when it is gone. */
  removeProject(name: string, how: { confirm: string; everything: boolean }): Promise<ProjectRecord>
}

export function projectCalls(send: Send): ProjectCalls {
  const paths = operatorPaths
  return {
    projects: async () => (await ask(send, projectList, 'GET', paths.projects)).projects,
    addProject: (name) => ask(send, newProjectRecord, 'POST', paths.projects, { name }),
    admitToProject: async (name) => (await ask(send, projectToken, 'POST', paths.projectToken(name))).token,
    removeProject: (name, how) => ask(send, projectRecord, 'DELETE', paths.project(name) + search(how)),
  }
}
