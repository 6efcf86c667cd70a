/** From the journal to history: what a record leaves behind, and the follower that carries it over. */
import { scopeIri } from '../ngsild/index.ts';
import type { Attributes, EntityDelta, Removal } from '../ngsild/entity.ts';
import type { Gap, HistoryForget, HistoryInstance, HistoryStore, Instance, JournalRecord } from './ports.ts';

/**
 * Instances per transaction of the history store; a record is never split. They are turned into columns at one go, some
 * 20 ms for these, while pages wait.
 */
const instancesPerAppend = 10_000;

/** A transaction of DuckDB costs some milliseconds however few rows it has. */
const restBetweenAppendsMs = 250;

/** The attribute name of what is said of the entity itself: that it went, or that it was there without attributes. */
export const entityMarker = '';

/** Every attribute instance, scope and marker that the record brings, in its order. */
export function instancesOf(record: JournalRecord): HistoryInstance[] {
  const into: HistoryInstance[] = [];
  for (const delta of record.entities) addDelta(into, delta, record);
  return into;
}

/** What the record takes out of history, also to put something else in its place. */
export function forgottenBy({ tenant, seq, entities }: JournalRecord): HistoryForget[] {
  const found: HistoryForget[] = [];
  for (const delta of entities) {
    if (delta.op === 'forget') {
      const { id, past, stays } = delta;
      found.push({ tenant, entity: id, before: seq, past, ...(stays && { stays }) });
    } else if (delta.op === 'history' && delta.instead) {
      found.push({ tenant, entity: delta.id, before: seq, past: [delta.instead], stays: true });
    }
  }
  return found;
}

type Told = Pick<HistoryInstance, 'tenant' | 'entity' | 'type' | 'addedType' | 'seq' | 'instead'>;

function addDelta(into: HistoryInstance[], delta: EntityDelta, { tenant, seq, at }: JournalRecord): void {
  switch (delta.op) {
    case 'put': {
      const { id, type, scope, attrs, modifiedAt } = delta.entity;
      const told: Told = { tenant, entity: id, type, seq };
      const first = into.length;
      addInstances(into, told, attrs, modifiedAt);
      if (scope) addScope(into, told, scope, modifiedAt);
      for (const removal of delta.dropped ?? []) into.push(marker(told, removal, modifiedAt));
      if (into.length === first) into.push(present(told, modifiedAt));
      return;
    }
    case 'set': {
      const { id, attrs, scope, remove = [], type } = delta;
      const told: Told = { tenant, entity: id, type: [], ...(type && { addedType: type }), seq };
      for (const removal of remove) into.push(marker({ tenant, entity: id, type: [], seq }, removal, delta.at));
      addInstances(into, told, attrs, delta.at);
      if (scope) addScope(into, told, scope, delta.at);
      return;
    }
    case 'history': {
      const { id, type, attrs, instead } = delta;
      const told: Told = { tenant, entity: id, type: [], addedType: type, seq, ...(instead && { instead }) };
      const first = into.length;
      addInstances(into, told, attrs, delta.at);
      if (into.length === first) into.push(present(told, delta.at));
      return;
    }
    case 'forget':
      return;
    case 'delete': {
      const told: Told = { tenant, entity: delta.id, type: [], seq };
      into.push(marker(told, { name: entityMarker }, delta.at || new Date(at).toISOString()));
    }
  }
}

function addInstances(into: HistoryInstance[], told: Told, attrs: Attributes, at: string): void {
  for (const name in attrs) {
    for (const instance of attrs[name] ?? []) {
      into.push({ ...told, name, instance, modifiedAt: instance.modifiedAt ?? at });
    }
  }
}

/** A scope that the entity has from now on was observed now (4.5.6); an empty one is its removal. */
function addScope(into: HistoryInstance[], told: Told, scope: readonly string[], at: string): void {
  if (scope.length === 0) {
    into.push(marker(told, { name: scopeIri, type: 'Property' }, at));
    return;
  }
  const value = scope.length === 1 ? (scope[0] ?? null) : [...scope];
  into.push({ ...told, name: scopeIri, instance: { type: 'Property', value, observedAt: at }, modifiedAt: at });
}

function marker(told: Told, { name, datasetId, type = 'Property' }: Removal, deletedAt: string): HistoryInstance {
  const instance: Instance = { type, value: null, ...(datasetId !== undefined && { datasetId }) };
  return { ...told, name, instance, modifiedAt: deletedAt, deletedAt };
}

/** An entity without attributes leaves a trace too. */
const present = (told: Told, at: string): HistoryInstance => ({
  ...told,
  name: entityMarker,
  instance: { type: 'Property', value: null },
  modifiedAt: at,
});

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
