import type { ApiToken, Grant, Session, User } from './records.ts'

/**
 * The fleet's records of people and of what acts for them. Every method is one transaction. Users come by name, tokens by id.
 * Once there is a user there is always one who is admin of everything: `admin_needed` is the answer to what would end that.
 */
export interface PeopleStore {
  hasUsers(): Promise<boolean>
  addUser(
    user: Pick<User, 'name' | 'passwordHash' | 'grants' | 'createdAt'>,
  ): Promise<'added' | 'taken' | 'admin_needed'>
  user(name: string): Promise<User | undefined>
  users(): Promise<User[]>
  setGrants(name: string, grants: readonly Grant[]): Promise<'set' | 'unknown' | 'admin_needed'>
  /** Ends the user's sessions and lifts a lock. False when there is no such user. */
  setPassword(name: string, passwordHash: string): Promise<boolean>
  /** Ends the user's sessions and withdraws the user's tokens. */
  removeUser(name: string, at: number): Promise<'removed' | 'unknown' | 'admin_needed'>

  /** Counts a wrong password; `lock` says until when the name is locked after so many in a row, null for not. */
  countFailure(name: string, lock: (failures: number) => number | null): Promise<void>
  /** Begins a session, forgets wrong passwords and sessions that are over. */
  addSession(session: Session, at: number): Promise<void>
  /** With its user; undefined when it is over at `at`. */
  session(hash: string, at: number): Promise<User | undefined>
  endSession(hash: string): Promise<void>

  addToken(token: Pick<ApiToken, 'name' | 'hash' | 'grants' | 'madeBy' | 'createdAt' | 'expiresAt'>): Promise<ApiToken>
  tokens(): Promise<ApiToken[]>
  /** With the grants of the user who made it, null for nobody. Undefined when it was withdrawn or is over at `at`. */
  token(hash: string, at: number): Promise<{ token: ApiToken; bound: readonly Grant[] | null } | undefined>
  /** Remembers that it was used. */
  tokenUsed(id: number, at: number): Promise<void>
  /** The groups that roles of users, or of tokens that hold at `at`, are over; by name. */
  grantedGroups(at: number): Promise<string[]>
  /** False when there is no such token, or it was withdrawn before. */
  withdrawToken(id: number, at: number): Promise<boolean>
}
