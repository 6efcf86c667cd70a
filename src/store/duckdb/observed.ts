/** What stands at the instants of observations. */
import { flag } from './batch.ts';
import type { Database, Read } from './database.ts';
import { instanceColumns } from './instances.ts';
import type { InstanceRow } from './instances.ts';
import { parquet } from './parquet.ts';
import { filesFor, rowsWhere } from './selection.ts';

/** Observations of one entity, in columns. */
export type ObservedQuestion = {
  readonly entity: number;
  readonly kinds: readonly number[];
  /** Place of the observation in the question. */
  readonly place: readonly number[];
  readonly attr: readonly number[];
  readonly dataset: readonly number[];
  /** Microseconds. */
  readonly instant: readonly number[];
};

/** Of each observation that is there, its place and the row taken last. */
export function readObserved(database: Database, question: ObservedQuestion): Promise<[place: number, InstanceRow][]> {
  const { entity, kinds, attr, instant } = question;
  return database.read(async (read) => {
    const [from, to] = instant.reduce(([a, b], at) => [Math.min(a, at), Math.max(b, at)], [Infinity, -Infinity]);
    const attrs = [...new Set(attr)];
    const files = await filesFor(read, database.sealed, {
      entities: [entity],
      kinds,
      attrs,
      by: 'observedAt',
      from,
      to: to + 1,
    });
    await fillWanted(read, question);
    const sources = ['tail', ...(files.length > 0 ? [parquet(files.map(({ file }) => file))] : [])];
    const condition = `entity = ${entity} AND attr IN (${attrs.join(', ')}) AND instant BETWEEN ${from}::BIGINT AND ${to}::BIGINT
      AND (flags & ${flag.observed}) <> 0 AND (flags & ${flag.deleted}) = 0`;
    const rows = await read.all(
      `SELECT place, ${instanceColumns} FROM (${rowsWhere(condition, 'observedAt', sources)})
       JOIN wanted USING (attr, dataset, instant)
       QUALIFY row_number() OVER (PARTITION BY place ORDER BY seq DESC, pos DESC) = 1`,
    );
    return rows.map(([place, ...row]) => [place as number, row as unknown as InstanceRow]);
  });
}

async function fillWanted({ connection }: Read, { place, attr, dataset, instant }: ObservedQuestion): Promise<void> {
  await connection.run(
    'CREATE OR REPLACE TEMP TABLE wanted (place INTEGER, attr INTEGER, dataset INTEGER, instant BIGINT)',
  );
  const appender = await connection.createAppender('wanted', null, 'temp');
  for (const [at, n] of place.entries()) {
    appender.appendInteger(n);
    appender.appendInteger(attr[at] ?? 0);
    appender.appendInteger(dataset[at] ?? 0);
    appender.appendBigInt(BigInt(instant[at] ?? 0));
    appender.endRow();
  }
  appender.closeSync();
}
