import { type Seal, sealed, unsealed } from '../people/sealed-text.ts'
import type { WebhookStore } from './webhook.ts'

/** A store whose secrets can be changed where they lie. */
export interface SealableStore extends WebhookStore {
  /** Every secret, as it is kept, in one transaction. */
  changeSecrets(change: (kept: string) => string): Promise<void>
}

/** A store of webhooks that keeps their secrets sealed. Those that were kept as they are get sealed now. */
export async function sealedWebhooks(store: SealableStore, seal: Seal): Promise<WebhookStore> {
  const closed = (secret: string) => sealed(seal, secret)
  const secretOf = (kept: string) => unsealed(seal, kept)
  await store.changeSecrets(closed)
  return {
    ...store,
    add: async (hook) => ({ ...(await store.add({ ...hook, secret: closed(hook.secret) })), secret: hook.secret }),
    webhooks: async () => (await store.webhooks()).map((hook) => ({ ...hook, secret: secretOf(hook.secret) ?? '' })),
    async take(limit, at, until) {
      const due = await store.take(limit, at, until)
      const ready: typeof due = []
      for (const each of due) {
        const secret = secretOf(each.hook.secret)
        if (secret !== undefined) ready.push({ ...each, hook: { ...each.hook, secret } })
        // Without its secret there is no signature that anybody could believe.
        else await store.settle(each.id, { state: 'given_up', nextAt: null, status: null, error: keyLost })
      }
      return ready
    },
  }
}

const keyLost = 'its secret was sealed with another key: make the webhook anew, or bring the key back'
