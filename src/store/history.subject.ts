/** What the contracts of the HistoryStore port work on, and how they look at it. */
import type { Json } from '../ngsild/entity.ts';
import type { TemporalQuery } from '../ngsild/query.ts';
import type { HistoryInstance, HistoryStore } from './ports.ts';

export type HistorySubject = {
  readonly store: HistoryStore;
  /** Closes the store and opens it again, as a new process would. */
  readonly reopen: () => Promise<HistoryStore>;
  /** Another store in the directory of a copy. */
  readonly openCopy: (directory: string) => Promise<HistoryStore>;
  readonly freshDirectory: () => string;
  /** Every file of the store. */
  readonly bytes: () => Uint8Array[];
};

export const device = 'urn:ngsi-ld:Device:';
export const any: TemporalQuery = { timeproperty: 'observedAt' };
export const ms = (text: string) => Date.parse(text);

/** `reading('1', 'temperature', '2026-01-01T00:00:00Z', 20.5, 1)`: observed then, taken a second later. */
export function reading(
  id: string,
  name: string,
  observedAt: string,
  value: Json,
  seq: number,
  more: Partial<HistoryInstance['instance']> = {},
): HistoryInstance {
  return {
    tenant: 0,
    entity: `${device}${id}`,
    type: ['Device'],
    name,
    instance: { type: 'Property', value, observedAt, ...more },
    modifiedAt: new Date(ms(observedAt) + 1000).toISOString(),
    seq,
  };
}

/** Of one attribute of the first entity, in the order that the store tells them. */
export const values = async (store: HistoryStore, query: TemporalQuery, ids = ['1'], attr = 0) => {
  const { entities } = await store.instances(
    0,
    ids.map((id) => `${device}${id}`),
    query,
  );
  return entities[0]?.attrs[attr]?.instances.map(({ value }) => value) ?? [];
};
export const aggregates = async (store: HistoryStore, ...asked: Parameters<HistoryStore['aggregate']>) =>
  (await store.aggregate(...asked)).entities;
/** The ids without what they have in common: `123`. */
export const shortIds = (entities: readonly { id: string }[]) =>
  entities.map(({ id }) => id.slice(device.length)).join('');
/** A reading every hour, its value the number of the hour. */
export const hours = (count: number, seqFrom = 1, day = '2026-01-01') =>
  Array.from({ length: count }, (_, hour) =>
    reading('1', 'temperature', new Date(ms(`${day}T00:00:00Z`) + hour * 3_600_000).toISOString(), hour, seqFrom),
  );
