/**
 * Keeps a list abreast of entities that others change: a program through NGSI-LD, whoever answers for the data and deletes
 * one. What the module itself records brings its row along, and is none of that.
 */
import type { Clock } from '../base/clock.ts';
import type { Broker } from '../broker/index.ts';
import { systemPrincipal } from '../http/index.ts';
import { deltaId, type Entity, type QNode } from '../ngsild/index.ts';
import type { JournalRecord, RowDelta, Rows, TableDefinition } from '../store/ports.ts';

/** Up to where the journal was read, by follower. */
export const abreastTable: TableDefinition = {
  name: 'operations_abreast',
  columns: { name: 'TEXT', seq: 'INTEGER' },
  key: ['name'],
};

/** A list whose rows are made of entities. */
export type Followed = {
  /** Of the follower. */
  readonly name: string;
  /** IRI. */
  readonly type: string;
  /** `urn:ngsi-ld:Alert:`; ten characters follow. */
  readonly prefix: string;
  /** Keyed by `id`, without prefix. */
  readonly table: string;
  /** Entities that may be open, among those of the type. */
  readonly open: QNode;
  /** What is to be said of an entity; undefined: it is not there, or none of these. */
  readonly rowOf: (entity: Entity | undefined) => RowDelta | undefined;
  /** Of each row that is open, by id without prefix: what changes with whatever the row says. */
  readonly openMarks: () => Promise<readonly (readonly [string, string])[]>;
  /** The same of an entity; undefined: it is not open. */
  readonly markOf: (entity: Entity) => string | undefined;
};

/** Entities that are looked at in one go. */
const atOnce = 500;
/** The place is written when so much was read since, or so long ago; what is between is read again after a crash. */
const placeRecords = 50_000;
const placeMs = 300_000;
const cause = { by: 'operations' };

/**
 * Goes on where it stood: what changed while nobody followed is read from the journal. The first time, and where the journal
 * no longer keeps that, it looks at all that is open.
 * @returns stop
 */
export async function keepAbreast(
  { broker, rows, clock }: { readonly broker: Broker; readonly rows: Rows; readonly clock: Clock },
  list: Followed,
): Promise<() => Promise<void>> {
  const { name, prefix, table, rowOf } = list;
  const isOurs = (id: string): boolean => id.startsWith(prefix) && /^[0-9A-Z]{10}$/.test(id.slice(prefix.length));
  const renew = async (urns: readonly string[]): Promise<void> => {
    for (let n = 0; n < urns.length; n += atOnce) {
      const some = urns.slice(n, n + atOnce);
      await broker.amend(systemPrincipal, 0, some, cause, (looked) => ({
        entities: [],
        rows: some.map(
          (urn) => rowOf(looked.get(urn)?.entity) ?? { table, key: { id: urn.slice(prefix.length) }, row: null },
        ),
      }));
    }
  };
  /** Ids of those that the record changes without their rows. */
  const changedAlone = ({ tenant, entities, rows }: JournalRecord): readonly string[] => {
    if (tenant !== 0) return [];
    const ids = entities.map(deltaId).filter(isOurs);
    if (ids.length === 0) return ids;
    const brought = new Set(rows.flatMap((row) => (row.table === table ? [row.key['id']] : [])));
    return ids.filter((id) => !brought.has(id.slice(prefix.length)));
  };
  const writePlace = (seq: number): Promise<{ seq: number }> => {
    const row = { table: abreastTable.name, key: { name }, row: { seq } };
    return broker.amend(systemPrincipal, 0, [], cause, () => ({ entities: [], rows: [row] }));
  };

  let taken = Number((await rows.get('SELECT seq FROM operations_abreast WHERE name = ?', [name]))?.['seq'] ?? 0);
  if (taken === 0) {
    // A first place is one that the journal has given: what comes after it is read.
    ({ seq: taken } = await writePlace(0));
    await renew(await differing(broker, list, isOurs));
    await writePlace(taken);
  }
  let placed = taken;
  let placedAt = clock.now();
  const place = async (): Promise<void> => {
    await writePlace(taken);
    placed = taken;
    placedAt = clock.now();
  };
  const unfollow = broker.follow(
    name,
    async (records, gap) => {
      if (gap) await renew(await differing(broker, list, isOurs));
      const changed = new Set(records.flatMap(changedAlone));
      if (changed.size > 0) await renew([...changed]);
      taken = records.at(-1)?.seq ?? gap?.to ?? taken;
      const read = taken - placed;
      if (read >= placeRecords || (read > 1 && clock.now() - placedAt >= placeMs)) await place();
    },
    { from: taken + 1 },
  );
  return async () => {
    await unfollow();
    // Nothing of it is read again, but for the record that said so the last time.
    if (taken > placed + 1) await place();
  };
}

/** Those that are open, by their entities or by their rows, and of which the two do not say the same. */
async function differing(
  broker: Broker,
  { type, prefix, open, openMarks, markOf }: Followed,
  isOurs: (id: string) => boolean,
): Promise<readonly string[]> {
  const marks = new Map(await openMarks());
  const query = { type: { node: 'type', iri: type }, q: open } as const;
  const other: string[] = [];
  for (let after = ''; ;) {
    const { entities } = await broker.query(systemPrincipal, 0, query, { limit: atOnce, offset: 0, after });
    for (const entity of entities) {
      if (!isOurs(entity.id)) continue;
      const id = entity.id.slice(prefix.length);
      if (marks.get(id) !== markOf(entity)) other.push(entity.id);
      marks.delete(id);
    }
    const last = entities.at(-1);
    if (!last || entities.length < atOnce) break;
    after = last.id;
  }
  return [...other, ...[...marks.keys()].map((id) => prefix + id)];
}
