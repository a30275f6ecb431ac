/** A part of the fleet with devices, people and everything else of its own. The default one is none of these. */
export interface Project {
  name: string
  /** `creating` and `removing` go on by themselves, in whatever process, until they are done; only `ready` is served. */
  state: 'creating' | 'ready' | 'removing'
  createdAt: number
  /** The digest of its first admin's token. */
  admin: string
}

/** Which projects there are. Every method is one transaction. */
export interface ProjectStore {
  /** It is `creating` then. False where there is one of this name. */
  add(project: Omit<Project, 'state'>): Promise<boolean>
  /** By name. */
  projects(): Promise<Project[]>
  /** False where it is not in `from`. */
  move(name: string, from: Project['state'], to: Project['state']): Promise<boolean>
  /** Only what is `removing` goes. */
  forget(name: string): Promise<void>
}
