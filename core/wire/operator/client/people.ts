import { type AuditCheck, type AuditList, type AuditQuery, auditCheck, auditList } from '../audit.ts'
import { type NewPackagerRecord, newPackagerRecord, type PackagerRecord, packagerList } from '../packager.ts'
import { operatorPaths } from '../paths.ts'
import {
  type GrantRecord,
  type NewTokenRecord,
  type NewUserRecord,
  newTokenRecord,
  newUserRecord,
  passwordRecord,
  type SessionRecord,
  type SignInWays,
  sessionRecord,
  signInWays,
  type TokenOrder,
  type TokenRecord,
  tokenList,
  type UserOrder,
  type UserRecord,
  userList,
  userRecord,
} from '../people.ts'
import {
  type DeliveryRecord,
  deliveryList,
  type NewWebhookRecord,
  newWebhookRecord,
  type WebhookOrder,
  type WebhookRecord,
  webhookList,
  webhookTest,
} from '../webhook.ts'
import { ask, remove, type Send, search } from './send.ts'

/** People, tokens, packagers, the audit log, webhooks. */
export interface PeopleCalls {
  /** As whom the fleet knows the caller. */
  session(): Promise<SessionRecord>
  /** For browsers, which keep the session's cookie. */
  signIn(name: string, password: string): Promise<SessionRecord>
  signOut(): Promise<void>
  signInWays(): Promise<SignInWays>
  users(): Promise<UserRecord[]>
  addUser(order: UserOrder): Promise<NewUserRecord>
  setGrants(name: string, grants: readonly GrantRecord[]): Promise<UserRecord>
  /** Answers the password where the fleet made it, else null. */
  setPassword(name: string, password?: string): Promise<string | null>
  removeUser(name: string): Promise<void>
  tokens(): Promise<TokenRecord[]>
  addToken(order: TokenOrder): Promise<NewTokenRecord>
  withdrawToken(id: number): Promise<void>
  packagers(): Promise<PackagerRecord[]>
  addPackager(name: string): Promise<NewPackagerRecord>
  removePackager(id: string): Promise<void>
  /** Newest first. */
  audit(query?: AuditQuery): Promise<AuditList>
  checkAudit(): Promise<AuditCheck>
  webhooks(): Promise<WebhookRecord[]>
  addWebhook(order: WebhookOrder): Promise<NewWebhookRecord>
  removeWebhook(id: number): Promise<void>
  /** Newest first. */
  deliveries(id: number): Promise<DeliveryRecord[]>
  /** Sends something to it; answers the number of the delivery. */
  testWebhook(id: number): Promise<number>
}

export function peopleCalls(send: Send): PeopleCalls {
  const paths = operatorPaths
  return {
    session: () => ask(send, sessionRecord, 'GET', paths.session),
    signIn: (name, password) => ask(send, sessionRecord, 'POST', paths.session, { name, password }),
    signOut: () => remove(send, paths.session),
    signInWays: () => ask(send, signInWays, 'GET', paths.signInWays),
    users: async () => (await ask(send, userList, 'GET', paths.users)).users,
    addUser: (order) => ask(send, newUserRecord, 'POST', paths.users, order),
    setGrants: (name, grants) => ask(send, userRecord, 'PUT', paths.userGrants(name), { grants }),
    async setPassword(name, password) {
      const order = password === undefined ? {} : { password }
      return (await ask(send, passwordRecord, 'PUT', paths.userPassword(name), order)).password
    },
    removeUser: (name) => remove(send, paths.user(name)),
    tokens: async () => (await ask(send, tokenList, 'GET', paths.tokens)).tokens,
    addToken: (order) => ask(send, newTokenRecord, 'POST', paths.tokens, order),
    withdrawToken: (id) => remove(send, paths.token(id)),
    packagers: async () => (await ask(send, packagerList, 'GET', paths.packagers)).packagers,
    addPackager: (name) => ask(send, newPackagerRecord, 'POST', paths.packagers, { name }),
    removePackager: (id) => remove(send, paths.packager(id)),
    audit: (query) => ask(send, auditList, 'GET', paths.audit + search(query)),
    checkAudit: () => ask(send, auditCheck, 'GET', paths.auditCheck),
    webhooks: async () => (await ask(send, webhookList, 'GET', paths.webhooks)).webhooks,
    addWebhook: (order) => ask(send, newWebhookRecord, 'POST', paths.webhooks, order),
    removeWebhook: (id) => remove(send, paths.webhook(id)),
    deliveries: async (id) => (await ask(send, deliveryList, 'GET', paths.deliveries(id))).deliveries,
    testWebhook: async (id) => (await ask(send, webhookTest, 'POST', paths.testWebhook(id))).delivery,
  }
}
