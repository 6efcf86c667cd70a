/** The kinds of data of a city that grow old, as far as the platform has them; modules register theirs. */
import type { Clock } from './base/clock.ts';
import { randomId } from './base/ids.ts';
import type { City } from './city/index.ts';
import type { Store } from './store/index.ts';
import type { Writer } from './store/writer.ts';
import {
  openRetention,
  retiredAccounts,
  type Identity,
  type Retention,
  type RetentionKind,
  type Transparency,
  type Vault,
} from './trust/index.ts';

/** Rows of one record. */
const atOnce = 1_000;

export function openCityRetention(deps: {
  store: Pick<Store, 'rows'>;
  writer: Writer;
  clock: Clock;
  city: Pick<City, 'lawPack'>;
  identity: Identity;
  vault: Vault;
  transparency: Transparency;
}): Promise<Retention> {
  const { store, writer, clock, city, identity, vault, transparency } = deps;
  const { rows } = store;
  const accounts = retiredAccounts(identity.database);
  const kinds: RetentionKind[] = [
    {
      id: 'access-log',
      due: async (before) => vault.accessLog.olderThan(before),
      remove: async (before) => vault.accessLog.forget(before),
    },
    {
      id: 'opening-reasons',
      due: async (before) => vault.openings.reasonsBefore(before),
      remove: async (before) => vault.openings.forgetReasons(before),
    },
    {
      id: 'vault-unused',
      takes: ['opening-reasons'],
      due: async (before) => vault.records.unused(before),
      remove: async (_before, ids) => ids.reduce((sum, id) => sum + Math.min(1, vault.records.erase(id, 'system')), 0),
    },
    {
      id: 'accounts-disabled',
      takes: ['vault-unused', 'opening-reasons'],
      due: (before) => accounts.disabledBefore(before, rows),
      async remove(_before, ids) {
        for (const id of ids) vault.records.erase(id, 'system');
        return accounts.retire(ids);
      },
    },
    {
      id: 'dead-letters',
      async due(before) {
        const sql = 'SELECT count(*) AS n FROM ngsi_dead_letter WHERE refused_at < ?';
        return Number((await rows.get(sql, [before]))?.['n'] ?? 0);
      },
      async remove(before) {
        let gone = 0;
        const sql = 'SELECT tenant, subscription, seq, place FROM ngsi_dead_letter WHERE refused_at < ? LIMIT ?';
        for (
          let old = await rows.all(sql, [before, atOnce]);
          old.length > 0;
          old = await rows.all(sql, [before, atOnce])
        ) {
          const changes = old.map((key) => ({ table: 'ngsi_dead_letter', key, row: null }));
          await writer.commit({ tenant: 0, cause: { by: 'retention' }, entities: [], rows: changes });
          gone += old.length;
        }
        return gone;
      },
    },
  ];
  const { retention: law } = city.lawPack;
  return openRetention({
    rows,
    writer,
    clock,
    newId: randomId,
    note: (type, id, record, rows) => transparency.note(type, id, record, rows),
    ...(law && { law }),
    kinds,
  });
}
