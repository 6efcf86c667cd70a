/** Whether rows say what the journal says that they say, as far back as it is kept: both ways, each row and each column. */
import type { Onlooker, SeenRow, SeenValue } from '../../store/index.ts';
import type { JournalRecord, RowDelta, TableDefinition } from '../../store/ports.ts';

/** What is not as it was written. */
export type Deviation = {
  /** `release chorsu, version 2`, `entry 17`. */
  readonly what: string;
  readonly why: string;
};
export type Found = (deviation: Deviation) => void;

export type Told = {
  /** First record that is kept; one after the last when none is. */
  readonly firstSeq: number;
  /** ms; of the last record. */
  readonly lastAt: number;
  /** Rows that the journal brings and the city has not taken over yet, oldest first. */
  readonly tail: readonly { readonly delta: RowDelta; readonly at: number; readonly seq: number }[];
};

const named = (name: string): string => `"${name}"`;
const told = (table: string): string => `temp.told_${table}`;
/** How a row is called: `log_leaf 17`. */
export const rowText = ({ name, key }: TableDefinition, row: SeenRow): string =>
  `row ${name} ${key.map((column) => valueText(row[column])).join(' ')}`;
export const valueText = (value: SeenValue | undefined): string =>
  value instanceof Uint8Array ? `x${Buffer.from(value).toString('hex')}` : String(value);

/**
 * Reads the journal into tables of `temp`: the last word on each row, as of where the rows are. With `_seq`, `made` (ms) and
 * `gone`, they stay for whoever asks when a row was made.
 */
export async function readJournal(
  seen: Onlooker,
  tables: readonly TableDefinition[],
  found: Found,
  tell: (records: number) => void,
): Promise<Told> {
  const keep = new Map(tables.map((table) => [table.name, keeper(seen, table)]));
  const tail: { delta: RowDelta; at: number; seq: number }[] = [];
  let firstSeq: number | undefined;
  let lastAt = 0;
  let count = 0;
  const take = ({ seq, at, rows }: JournalRecord): void => {
    firstSeq ??= seq;
    lastAt = at;
    for (const delta of rows) {
      const put = keep.get(delta.table);
      if (put && seq > seen.appliedSeq) tail.push({ delta, at, seq });
      else put?.(delta, seq, at);
    }
  };
  try {
    for await (const records of seen.records()) {
      records.forEach(take);
      tell((count += records.length));
    }
  } catch (error) {
    found({ what: 'the journal', why: error instanceof Error ? error.message : String(error) });
  }
  return { firstSeq: firstSeq ?? seen.appliedSeq + 1, lastAt, tail };
}

function keeper(seen: Onlooker, { name, columns, key }: TableDefinition) {
  const all = Object.keys(columns);
  const definitions = all.map((column) => `${named(column)} ${columns[column]}`);
  seen.run(
    `CREATE TABLE ${told(name)} (${definitions.join(', ')}, _seq INTEGER, made INTEGER, gone INTEGER, PRIMARY KEY (${key.map(named).join(', ')}))`,
  );
  const places = [...all, '_seq', 'made', 'gone'].map(() => '?').join(', ');
  const put = `INSERT OR REPLACE INTO ${told(name)} VALUES (${places})`;
  return ({ key: keyed, row }: RowDelta, seq: number, at: number): void =>
    seen.run(put, ...all.map((column) => keyed[column] ?? row?.[column] ?? null), seq, at, row === null ? 1 : 0);
}

/** After `readJournal`. */
export function compareWithJournal(
  seen: Onlooker,
  tables: readonly TableDefinition[],
  { firstSeq }: Told,
  found: Found,
): void {
  for (const table of tables) {
    const { name, columns, key } = table;
    const same = key.map((column) => `m.${named(column)} = t.${named(column)}`).join(' AND ');
    const plain = [...Object.keys(columns).filter((column) => !key.includes(column)), '_seq'];
    const differs = plain.map((column) => `m.${named(column)} IS NOT t.${named(column)}`);
    const keys = key.map((column) => `t.${named(column)}`).join(', ');
    const words = `SELECT ${keys}, t._seq AS told, t.gone, m._seq AS had, ${differs.map((one, n) => `${one} AS d${n}`).join(', ')}
      FROM ${told(name)} t LEFT JOIN main.${named(name)} m ON ${same}
      WHERE CASE WHEN t.gone THEN m._seq IS NOT NULL ELSE ${differs.join(' OR ')} END`;
    for (const row of seen.each(words)) found({ what: rowText(table, row), why: whyOf(row, plain) });
    const strays = `SELECT ${key.map((column) => `m.${named(column)}`).join(', ')}, m._seq FROM main.${named(name)} m
      WHERE NOT m._seq < ? AND NOT EXISTS (SELECT 1 FROM ${told(name)} t WHERE ${same})`;
    for (const row of seen.each(strays, firstSeq))
      found({
        what: rowText(table, row),
        why: `no record of the journal brings it, and it says record ${valueText(row['_seq'])}`,
      });
  }
}

function whyOf(row: SeenRow, plain: readonly string[]): string {
  const record = `record ${valueText(row['told'])} of the journal`;
  if (row['gone'] === 1n) return `${record} took it away, and it is there`;
  if (row['had'] === null) return `${record} brings it, and it is not there`;
  return `${plain.filter((_, n) => row[`d${n}`] === 1n).join(', ')} differ from what ${record} says`;
}
