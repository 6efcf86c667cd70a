/** From the journal to history: what a record leaves behind, and the follower that carries it over. */
import type { EntityDelta } from '../ngsild/entity.ts';
import type { Gap, HistoryForget, HistoryInstance, HistoryStore, Instance, JournalRecord, Tenant } from './ports.ts';

/**
 * Instances per transaction of the history store; a record is never split. They are turned into columns at one go, some
 * 20 ms for these, while pages wait.
 */
const instancesPerAppend = 10_000;

/** A transaction of DuckDB costs some milliseconds however few rows it has. */
const restBetweenAppendsMs = 250;

/** The attribute name of a marker that says that the whole entity was deleted. */
export const entityMarker = '';

/** Every attribute instance and marker of deletion that the record brings, in its order. */
export function instancesOf(record: JournalRecord): HistoryInstance[] {
  const into: HistoryInstance[] = [];
  for (const delta of record.entities) addDelta(into, delta, record);
  return into;
}

/** What the record takes out of history. */
export function forgottenBy({ tenant, seq, entities }: JournalRecord): HistoryForget[] {
  const found: HistoryForget[] = [];
  for (const delta of entities) {
    if (delta.op === 'forget') found.push({ tenant, entity: delta.id, before: seq, past: delta.past });
  }
  return found;
}

function addDelta(into: HistoryInstance[], delta: EntityDelta, { tenant, seq, at }: JournalRecord): void {
  switch (delta.op) {
    case 'put': {
      const { id, type, attrs, modifiedAt } = delta.entity;
      for (const name in attrs) {
        for (const instance of attrs[name] ?? []) {
          into.push({ tenant, entity: id, type, name, instance, modifiedAt: instance.modifiedAt ?? modifiedAt, seq });
        }
      }
      return;
    }
    case 'set':
    case 'history': {
      const { id, attrs } = delta;
      const addedType = delta.type;
      for (const { name, datasetId } of delta.op === 'set' ? (delta.remove ?? []) : []) {
        into.push(marker(tenant, id, name, delta.at, seq, datasetId));
      }
      for (const name in attrs) {
        for (const instance of attrs[name] ?? []) {
          into.push({
            tenant,
            entity: id,
            type: [],
            ...(addedType && { addedType }),
            name,
            instance,
            modifiedAt: instance.modifiedAt ?? delta.at,
            seq,
          });
        }
      }
      return;
    }
    case 'forget':
      return;
    case 'delete':
      into.push(marker(tenant, delta.id, entityMarker, delta.at || new Date(at).toISOString(), seq));
  }
}

function marker(
  tenant: Tenant,
  entity: string,
  name: string,
  deletedAt: string,
  seq: number,
  datasetId?: string,
): HistoryInstance {
  const instance: Instance = { type: 'Property', value: null, ...(datasetId !== undefined && { datasetId }) };
  return { tenant, entity, type: [], name, instance, modifiedAt: deletedAt, deletedAt, seq };
}

/** As `Broker.follow`. */
export type Follow = (
  name: string,
  handler: (records: readonly JournalRecord[], gap?: Gap) => Promise<void> | void,
  options?: { from?: number; batch?: number; restMs?: number },
) => () => Promise<void>;

/**
 * Feeds history from the journal, from where it stopped.
 * @param batch records asked for at a time
 * @param onGap told when the journal no longer kept what history had not yet taken: those values are lost to history
 * @returns stop, which resolves when the last batch is durable
 */
export async function startHistory(options: {
  history: Pick<HistoryStore, 'append' | 'forget' | 'appliedSeq'>;
  follow: Follow;
  batch?: number;
  onGap?: (gap: Gap) => void;
}): Promise<() => Promise<void>> {
  const { history, follow, batch = 5000, onGap } = options;
  const from = (await history.appliedSeq()) + 1;
  return follow(
    'history',
    async (records, gap) => {
      if (gap) onGap?.(gap);
      let waiting: HistoryInstance[] = [];
      let forgotten: HistoryForget[] = [];
      const last = records.at(-1)?.seq;
      // What is forgotten goes before its record counts as applied: done twice it does nothing more, left out it stays.
      const forget = async (): Promise<void> => {
        if (forgotten.length > 0) await history.forget(forgotten);
        forgotten = [];
      };
      for (const record of records) {
        const forgets = forgottenBy(record);
        const brings = instancesOf(record);
        if (forgets.length > 0 && waiting.length > 0) {
          await history.append(waiting, record.seq - 1);
          waiting = [];
        }
        forgotten.push(...forgets);
        // Forgetting scans; what many records in a row forget goes at once.
        if (brings.length > 0) await forget();
        for (const instance of brings) waiting.push(instance);
        if (waiting.length < instancesPerAppend && record.seq !== last) continue;
        await forget();
        await history.append(waiting, record.seq);
        waiting = [];
      }
    },
    { from, batch, restMs: restBetweenAppendsMs },
  );
}
