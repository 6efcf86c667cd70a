/**
 * Hits: what each subscription is to be told, derived from the changes in their order (5.8.6). A subscription is itself a
 * row of the journal, so it begins and ends exactly at its place among the changes.
 */
import { attributeChanges, matchSubscription, subscriptionStatus, type Subscription } from '../../ngsild/index.ts';
import type { Derivation, DerivedWrite, Place } from '../../store/ports.ts';
import { isoInstant } from '../decision.ts';
import { createInterests } from './interests.ts';
import { deadLetterTable, deliveryTable, hitTable, subscriptionTable } from './rows.ts';

const nothing: readonly DerivedWrite[] = [];

/** A derivation that knows no subscription yet. */
export function hitDerivation(): Derivation {
  const interests = createInterests();
  /** From which change on the hits of a subscription are kept. */
  const kept = new Map<string, number>();
  return {
    async load(rows) {
      for (const { tenant, document } of await rows.all('SELECT tenant, document FROM ngsi_subscription')) {
        interests.set(Number(tenant), JSON.parse(String(document)) as Subscription);
      }
    },

    entity(before, after, place, resolve) {
      const entity = after ?? before;
      const interested = entity && interests.find(place.tenant, entity.id, entity.type);
      if (!interested) return nothing;
      const changes = attributeChanges({ before, after });
      if (changes.length === 0 && before && after) return nothing;
      const deletedAt = isoInstant(place.at);
      const options = { changes, resolve: (id: string) => resolve(place.tenant, id) };
      const made: DerivedWrite[] = [];
      // Many subscriptions may be told of one change.
      let text: string | undefined;
      for (const subscription of interested.inChangeOf(changes.map(({ name }) => name))) {
        // A periodic one is told at its times, of all that there is.
        if (subscription.timeInterval !== undefined) continue;
        if (subscriptionStatus(subscription, place.at) !== 'active') continue;
        const notice = matchSubscription(subscription, { before, after }, deletedAt, options);
        if (!notice) continue;
        const told = notice.entity === after ? (text ??= JSON.stringify(after)) : JSON.stringify(notice.entity);
        const { before: earlier, was } = notice;
        const gone = was ? `,"deletedAt":"${deletedAt}","was":${(text ??= JSON.stringify(was))}` : '';
        const json = `{"entity":${told},"before":${JSON.stringify(earlier)}${gone}}`;
        made.push(hit(subscription, place, entity.id, json));
      }
      return made;
    },

    row({ table, key, row }, { seq }) {
      if (table !== subscriptionTable.name && table !== deliveryTable.name) return nothing;
      const tenant = Number(key['tenant']);
      const id = String(key['id']);
      const name = `${tenant} ${id}`;
      const equal = { tenant, subscription: id };
      if (table === subscriptionTable.name) {
        if (row) {
          interests.set(tenant, JSON.parse(String(row['document'])) as Subscription);
          return nothing;
        }
        interests.remove(tenant, id);
        kept.delete(name);
        return [hitTable, deadLetterTable].map((of) => ({ table: of.name, seq, equal }));
      }
      const keptFrom = Number(row?.['kept_from'] ?? 0);
      if (keptFrom <= (kept.get(name) ?? 0)) return nothing;
      kept.set(name, keptFrom);
      return [{ table: hitTable.name, seq, equal, below: { column: 'seq', value: keptFrom } }];
    },
  };
}

function hit({ id }: Subscription, { tenant, seq, place, at }: Place, entity: string, notice: string): DerivedWrite {
  return {
    table: hitTable.name,
    key: { tenant, subscription: id, seq, place },
    row: { at, entity, bytes: notice.length, notice },
    seq,
  };
}
