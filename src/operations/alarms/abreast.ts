/**
 * Keeps the list abreast of Alerts that others change: a program through NGSI-LD, whoever answers for the data and deletes
 * one. What alarms themselves record brings its row along, and is none of that.
 */
import type { Broker } from '../../broker/index.ts';
import { systemPrincipal } from '../../http/index.ts';
import { deltaId } from '../../ngsild/index.ts';
import type { JournalRecord, RowDelta } from '../../store/ports.ts';
import { alarmOf, alertPrefix, alertType } from './entity.ts';
import type { AlarmStore } from './store.ts';
import { alarmRow, shortId } from './tables.ts';

const ours = /^urn:ngsi-ld:Alert:[0-9A-Z]{10}$/;
/** Alarms that are looked at in one go. */
const atOnce = 500;

/** Ids of alarms that the record changes without their rows. */
function changedAlone({ tenant, entities, rows }: JournalRecord): readonly string[] {
  if (tenant !== 0) return [];
  const ids = entities.map(deltaId).filter((id) => ours.test(id));
  if (ids.length === 0) return ids;
  const brought = new Set(rows.flatMap(({ table, key }) => (table === 'alarm' ? [key['id']] : [])));
  return ids.filter((id) => !brought.has(shortId(id)));
}

/**
 * Looks once at what changed while nobody followed, then follows.
 * @returns stop
 */
export async function keepAbreast(deps: { broker: Broker; store: AlarmStore }): Promise<() => Promise<void>> {
  const { broker, store } = deps;
  const renew = async (urns: readonly string[]): Promise<void> => {
    for (let n = 0; n < urns.length; n += atOnce) {
      const some = urns.slice(n, n + atOnce);
      await broker.amend(systemPrincipal, 0, some, { by: 'operations' }, (looked) => ({
        entities: [],
        rows: some.map((urn): RowDelta => {
          const stored = looked.get(urn);
          const alarm = stored && alarmOf(stored.entity);
          return alarm ? alarmRow(alarm) : { table: 'alarm', key: { id: shortId(urn) }, row: null };
        }),
      }));
    }
  };
  const stop = broker.follow('alarms', async (records) => {
    const changed = new Set(records.flatMap(changedAlone));
    if (changed.size > 0) await renew([...changed]);
  });
  await renew(await differing(broker, store));
  return stop;
}

/** Open alarms whose rows and Alerts do not say the same. */
async function differing(broker: Broker, store: AlarmStore): Promise<readonly string[]> {
  const ranks = new Map(await store.openRanks());
  const query = { type: { node: 'type', iri: alertType } } as const;
  const other: string[] = [];
  for (let after = ''; ;) {
    const { entities } = await broker.query(systemPrincipal, 0, query, { limit: atOnce, offset: 0, after });
    for (const entity of entities) {
      const alarm = alarmOf(entity);
      if (!alarm || !ours.test(alarm.id)) continue;
      const id = shortId(alarm.id);
      const rank = alarm.state === 'closed' ? undefined : alarmRow(alarm).row?.['rank'];
      if (ranks.get(id) !== rank) other.push(alarm.id);
      ranks.delete(id);
    }
    const last = entities.at(-1);
    if (!last || entities.length < atOnce) break;
    after = last.id;
  }
  return [...other, ...[...ranks.keys()].map((id) => alertPrefix + id)];
}
