/**
 * Keeps a list abreast of entities that others change: a program through NGSI-LD, whoever answers for the data and deletes
 * one. What the module itself records brings its row along, and is none of that.
 */
import type { Broker } from '../broker/index.ts';
import { systemPrincipal } from '../http/index.ts';
import { deltaId, type Entity } from '../ngsild/index.ts';
import type { JournalRecord, RowDelta } from '../store/ports.ts';

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
  /** What is to be said of an entity; undefined: it is not there, or none of these. */
  readonly rowOf: (entity: Entity | undefined) => RowDelta | undefined;
  /** Of each row that is open, by id without prefix: what changes with whatever the row says. */
  readonly openMarks: () => Promise<readonly (readonly [string, string])[]>;
  /** The same of an entity; undefined: it is not open. */
  readonly markOf: (entity: Entity) => string | undefined;
};

/** Entities that are looked at in one go. */
const atOnce = 500;

/**
 * Looks once at what changed while nobody followed, then follows.
 * @returns stop
 */
export async function keepAbreast(broker: Broker, list: Followed): Promise<() => Promise<void>> {
  const { name, prefix, table, rowOf } = list;
  const isOurs = (id: string): boolean => id.startsWith(prefix) && /^[0-9A-Z]{10}$/.test(id.slice(prefix.length));
  const renew = async (urns: readonly string[]): Promise<void> => {
    for (let n = 0; n < urns.length; n += atOnce) {
      const some = urns.slice(n, n + atOnce);
      await broker.amend(systemPrincipal, 0, some, { by: 'operations' }, (looked) => ({
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
  const stop = broker.follow(name, async (records) => {
    const changed = new Set(records.flatMap(changedAlone));
    if (changed.size > 0) await renew([...changed]);
  });
  await renew(await differing(broker, list, isOurs));
  return stop;
}

/** Open ones whose rows and entities do not say the same. */
async function differing(
  broker: Broker,
  { type, prefix, openMarks, markOf }: Followed,
  isOurs: (id: string) => boolean,
): Promise<readonly string[]> {
  const marks = new Map(await openMarks());
  const query = { type: { node: 'type', iri: type } } as const;
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
