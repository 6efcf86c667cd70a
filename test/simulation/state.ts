/** A state store in memory that can lose what it had not checkpointed, as SQLite with synchronous=NORMAL can. */
import type { Entity } from '../../src/ngsild/entity.ts';
import type { Rows, StoredEntity, TableDefinition } from '../../src/store/ports.ts';
import type { WriterState } from '../../src/store/index.ts';
import { rowName } from '../../src/store/sqlite/tables.ts';
import { tell, type Told } from './derivation.ts';

type Content = { seq: number; entities: Map<string, StoredEntity>; rows: Map<string, number>; told: Told };

export type SimulatedState = WriterState & {
  checkpoint(): void;
  durableSeq(): number;
  crash(kind: 'kill' | 'power'): void;
  entities(): ReadonlyMap<string, StoredEntity>;
  told(): Told;
  /** The reports, whatever is asked. */
  readonly reports: Rows;
};

export function simulatedState(
  tables: readonly TableDefinition[],
  sleep: (ms: number) => Promise<void>,
): SimulatedState {
  const definitions = new Map(tables.map((table) => [table.name, table]));
  const copy = ({ seq, entities, rows, told }: Content): Content => ({
    seq,
    entities: new Map(entities),
    rows: new Map(rows),
    told: new Map(told),
  });
  let content: Content = { seq: 0, entities: new Map(), rows: new Map(), told: new Map() };
  let durable = copy(content);
  let generation = 0;
  const nameOf = (table: string, key: Parameters<WriterState['rowSeq']>[1]): string => {
    const definition = definitions.get(table);
    if (!definition) throw new Error(`no table ${table}`);
    return rowName(definition, key);
  };
  return {
    tables: definitions,
    appliedSeq: () => content.seq,
    read: (tenant, id) => content.entities.get(`${tenant} ${id}`),
    rowSeq: (table, key) => content.rows.get(nameOf(table, key)),
    async apply({ seq, entities, rows, derived = [] }) {
      const born = generation;
      const writes = [...entities];
      await sleep(5);
      if (born !== generation) await new Promise<never>(() => {});
      for (const { tenant, id, seq: at, body } of writes) {
        if (body === null) content.entities.delete(`${tenant} ${id}`);
        else content.entities.set(`${tenant} ${id}`, { entity: JSON.parse(body) as Entity, seq: at });
      }
      for (const { table, key, row, seq: at } of rows) {
        if (row === null) content.rows.delete(nameOf(table, key));
        else content.rows.set(nameOf(table, key), at);
      }
      for (const write of derived) tell(content.told, write);
      content.seq = seq;
    },
    checkpoint() {
      durable = copy(content);
    },
    durableSeq: () => durable.seq,
    crash(kind) {
      generation++;
      if (kind === 'power') content = copy(durable);
    },
    entities: () => content.entities,
    told: () => content.told,
    reports: {
      all: () => {
        const names = [...content.rows.keys()].map((name) => JSON.parse(name) as [string, string]);
        return Promise.resolve(names.flatMap(([table, id]) => (table === 'report' ? [{ id }] : [])));
      },
      get: () => Promise.resolve(undefined),
    },
  };
}
