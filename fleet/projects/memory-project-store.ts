import type { Project, ProjectStore } from './project.ts'

/** The fake. */
export function memoryProjectStore(): ProjectStore {
  const known = new Map<string, Project>()
  return {
    async add(project) {
      if (known.has(project.name)) return false
      known.set(project.name, { ...project, state: 'creating' })
      return true
    },
    projects: async () => [...known.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    async move(name, from, to) {
      const project = known.get(name)
      if (project?.state !== from) return false
      known.set(name, { ...project, state: to })
      return true
    },
    async forget(name) {
      if (known.get(name)?.state === 'removing') known.delete(name)
    },
  }
}
