/**
 * Rows in the order of their time. The sealed files are read in that order too, some at a time, and no further than the
 * answer needs: the newest ten values of a sensor stand in the last file or two, however long its history is.
 */
import type { Database, Read } from './database.ts';
import { instanceColumns } from './instances.ts';
import type { InstanceRow, InstanceRows } from './instances.ts';
import { endOfPage } from './page.ts';
import { parquet } from './parquet.ts';
import { conditionOf, filesFor, lowerBound, newestOfSeries, rowsWhere } from './selection.ts';
import type { SealedFile, Selection } from './selection.ts';

/** Files read at first, together with the tail; then twice as many each time. */
const filesAtFirst = 2;

/** About `limit` rows: oldest first, with lastN newest first. */
export function readInstances(database: Database, selection: Selection, limit: number): Promise<InstanceRows> {
  return database.read(async (read) => {
    const files = await filesFor(read, database.sealed, selection);
    const condition = await conditionOf(read, selection);
    for (let size = limit; ; size *= 4) {
      const rows = await walk(read, selection, files, condition, size);
      if (rows.length <= limit) return { rows, truncated: false, series: [] };
      const end = endOfPage((at) => rows[at]?.[13], rows.length, limit, rows.length <= size);
      if (end === undefined) continue;
      const page = rows.slice(0, end);
      if (end === rows.length && rows.length <= size) return { rows, truncated: false, series: [] };
      return { rows: page, truncated: true, series: await otherSeries(read, selection, files, condition, page) };
    }
  });
}

/** The first `limit` + 1 rows. */
async function walk(
  read: Read,
  { by, lastN, entities }: Selection,
  files: readonly SealedFile[],
  condition: string,
  limit: number,
): Promise<InstanceRow[]> {
  const newestFirst = lastN !== undefined;
  const direction = newestFirst ? 'DESC' : 'ASC';
  const near = ({ low, high }: SealedFile): number => (newestFirst ? -high : low);
  let left = [...files].sort((a, b) => near(a) - near(b));
  let rows: InstanceRow[] = [];
  for (let count = filesAtFirst, first = true; first || left.length > 0; count *= 2, first = false) {
    const part = left.slice(0, count).map(({ file }) => file);
    left = left.slice(count);
    const sources = [...(first ? ['tail'] : []), ...(part.length > 0 ? [parquet(part)] : [])];
    const found = await read.all(
      `SELECT ${instanceColumns}
       FROM (${rowsWhere(condition, by, sources)}) ${newestFirst ? newestOfSeries(lastN) : ''}
       ORDER BY t ${direction}, seq ${direction}, pos ${direction} LIMIT ${limit + 1}`,
    );
    rows = rows.concat(found as unknown as InstanceRow[]).sort(newestFirst ? (a, b) => inTime(b, a) : inTime);
    const done = newestFirst ? keepNewest(rows, lastN) : undefined;
    if (done) rows = done.rows;
    if (rows.length > limit) rows.length = limit + 1;
    const edge = rows[limit]?.[13];
    left = left.filter(
      (file) =>
        (edge === undefined || (newestFirst ? file.high >= edge : file.low <= edge)) &&
        (!done || holdsUndone(file, entities, done.lastOf)),
    );
  }
  return rows;
}

const inTime = (a: InstanceRow, b: InstanceRow): number => a[13] - b[13] || a[8] - b[8] || a[9] - b[9];

const seriesOf = (entity: number, attr: number): number => entity * 2 ** 20 + attr;

/** The newest `n` of each series, and for those that have so many, the time of the last of them. */
function keepNewest(rows: readonly InstanceRow[], n: number) {
  const counts = new Map<number, number>();
  const lastOf = new Map<number, number>();
  const kept = rows.filter((row) => {
    const series = seriesOf(row[0], row[1]);
    const count = (counts.get(series) ?? 0) + 1;
    counts.set(series, count);
    if (count === n) lastOf.set(series, row[13]);
    return count <= n;
  });
  return { rows: kept, lastOf };
}

/** Whether the file may hold a newer row of a series than the last one so far. */
function holdsUndone(
  { holds, high }: SealedFile,
  entities: readonly number[],
  lastOf: ReadonlyMap<number, number>,
): boolean {
  return holds.some(({ attr, first, last }) => {
    for (let at = lowerBound(entities, first); at < entities.length; at++) {
      const entity = entities[at] ?? 0;
      if (entity > last) return false;
      const time = lastOf.get(seriesOf(entity, attr));
      if (time === undefined || time <= high) return true;
    }
    return false;
  });
}

/** The series that the whole answer has and the page has not. */
async function otherSeries(
  read: Read,
  { by, entities }: Selection,
  files: readonly SealedFile[],
  condition: string,
  page: readonly InstanceRow[],
): Promise<InstanceRows['series']> {
  const seen = new Set(page.map(([entity, attr]) => seriesOf(entity, attr)));
  const holdsUnseen = ({ holds }: SealedFile): boolean =>
    holds.some(({ attr, first, last }) => {
      for (let at = lowerBound(entities, first); at < entities.length; at++) {
        const entity = entities[at] ?? 0;
        if (entity > last) return false;
        if (!seen.has(seriesOf(entity, attr))) return true;
      }
      return false;
    });
  const others: InstanceRows['series'][number][] = [];
  let left = files.filter(holdsUnseen);
  for (let count = filesAtFirst, first = true; first || left.length > 0; count *= 2, first = false) {
    const part = left.slice(0, count).map(({ file }) => file);
    const sources = [...(first ? ['tail'] : []), ...(part.length > 0 ? [parquet(part)] : [])];
    const found = await read.all(
      `SELECT entity, attr, any_value(shape) FROM (${rowsWhere(condition, by, sources)}) GROUP BY ALL`,
    );
    for (const [entity, attr, shape] of found as unknown as InstanceRows['series']) {
      if (seen.has(seriesOf(entity, attr))) continue;
      seen.add(seriesOf(entity, attr));
      others.push([entity, attr, shape]);
    }
    left = left.slice(count).filter(holdsUnseen);
  }
  return others;
}

/**
 * Those of the selection's entities that have a selected row, and one that meets the condition too. Stops when all have.
 * @param also SQL about a row
 */
export function readEntitiesWhere(database: Database, selection: Selection, also = 'true'): Promise<readonly number[]> {
  return database.read(async (read) => {
    const wanted = new Set(selection.entities);
    const found: number[] = [];
    let left = (await filesFor(read, database.sealed, selection)).reverse();
    for (
      let count = filesAtFirst, first = true;
      wanted.size > 0 && (first || left.length > 0);
      count *= 2, first = false
    ) {
      const entities = [...wanted];
      const part = left.slice(0, count).map(({ file }) => file);
      const sources = [...(first ? ['tail'] : []), ...(part.length > 0 ? [parquet(part)] : [])];
      const condition = await conditionOf(read, { ...selection, entities });
      const rows = await read.all(
        `SELECT DISTINCT entity FROM (${rowsWhere(`${condition} AND (${also})`, selection.by, sources)})`,
      );
      for (const [entity] of rows as unknown as [number][]) {
        wanted.delete(entity);
        found.push(entity);
      }
      const missing = [...wanted];
      left = left
        .slice(count)
        .filter(({ holds }) =>
          holds.some(({ first, last }) => (missing[lowerBound(missing, first)] ?? Infinity) <= last),
        );
    }
    return found;
  });
}
