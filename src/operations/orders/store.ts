/** The only SQL that reads work orders. */
import type { Rows, SqlValue } from '../../store/ports.ts';
import { views, type OrderFilter, type View } from './schema.ts';
import { orderIn, stepIn, type KeptPhoto, type OrderRow, type Row, type StepLine } from './tables.ts';

/** Which orders may be seen. */
export type Seen =
  | 'all'
  | 'none'
  /** Of these districts, and those given to the account. */
  | { readonly districts: readonly string[]; readonly who: string }
  /** These; without prefix. */
  | { readonly ids: readonly string[] };

/** Whose list it is, at what time. */
export type Looking = { readonly who: string; readonly seen: Seen; readonly now: number };

type Where = { readonly sql: string; readonly parameters: readonly SqlValue[] };

const marks = (n: number): string => Array.from({ length: n }, () => '?').join(', ');

function seenWhere(seen: Seen): Where {
  if (seen === 'all') return { sql: '1 = 1', parameters: [] };
  if (seen === 'none') return { sql: '1 = 0', parameters: [] };
  if ('ids' in seen)
    return seen.ids.length === 0
      ? { sql: '1 = 0', parameters: [] }
      : { sql: `o.id IN (${marks(seen.ids.length)})`, parameters: seen.ids };
  const { districts, who } = seen;
  if (districts.length === 0) return { sql: 'a.who = ?', parameters: [who] };
  return { sql: `(o.district IN (${marks(districts.length)}) OR a.who = ?)`, parameters: [...districts, who] };
}

const showing: Readonly<Record<View, string>> = {
  open: 'o.open = 1',
  mine: "o.open = 1 AND o.state <> 'done' AND (a.who = ? OR a.who IS NULL)",
  overdue: "o.open = 1 AND o.state <> 'done' AND o.due_at < ?",
  done: "o.state = 'done'",
  over: 'o.open = 0',
  all: '1 = 1',
};

function where({ show, state, priority, district, alarm }: Omit<OrderFilter, 'show'> & { show: View }, at: Looking) {
  const seen = seenWhere(at.seen);
  const parts = [seen.sql, showing[show]];
  const parameters: SqlValue[] = [...seen.parameters];
  if (show === 'mine') parameters.push(at.who);
  if (show === 'overdue') parameters.push(at.now);
  const add = (column: string, value: SqlValue | undefined): void => {
    if (value === undefined) return;
    parts.push(`${column} = ?`);
    parameters.push(value);
  };
  add('o.state', state);
  add('o.priority', priority);
  add('o.district', district);
  add('o.alarm', alarm);
  return { sql: parts.join(' AND '), parameters };
}

const from = 'FROM work_order o LEFT JOIN work_order_assignee a ON a.work_order = o.id';
/** Parameters of one statement. */
const atOnce = 500;

export type Counts = Readonly<Record<View, number>>;
export type OrderStore = ReturnType<typeof orderStore>;

export function orderStore(rows: Rows) {
  return {
    async list(filter: OrderFilter, looking: Looking, limit: number, offset: number) {
      const { sql, parameters } = where(filter, looking);
      const sort = filter.show === 'over' || filter.show === 'all' ? 'o.open DESC, o.closed_at DESC, o.rank' : 'o.rank';
      const [found, count] = await Promise.all([
        rows.all(`SELECT o.*, a.who AS assignee ${from} WHERE ${sql} ORDER BY ${sort} LIMIT ? OFFSET ?`, [
          ...parameters,
          limit,
          offset,
        ]),
        rows.get(`SELECT COUNT(*) AS n ${from} WHERE ${sql}`, parameters),
      ]);
      return { orders: found.map(orderIn) as readonly OrderRow[], total: Number(count?.['n'] ?? 0) };
    },
    /** Of the filter in each part of the list. */
    async counts(filter: Omit<OrderFilter, 'show'>, looking: Looking): Promise<Counts> {
      const counted = await Promise.all(
        views.map(async (show) => {
          const { sql, parameters } = where({ ...filter, show }, looking);
          const found = await rows.get(`SELECT COUNT(*) AS n ${from} WHERE ${sql}`, parameters);
          return [show, Number(found?.['n'] ?? 0)] as const;
        }),
      );
      return Object.fromEntries(counted) as Counts;
    },
    async assignee(id: string): Promise<string | undefined> {
      const found = await rows.get('SELECT who FROM work_order_assignee WHERE work_order = ?', [id]);
      return found && String(found['who']);
    },
    /** The step that an act of a phone became. */
    async act(act: string): Promise<{ order: string; who: string } | undefined> {
      const found = await rows.get('SELECT work_order, who FROM work_order_step WHERE act = ?', [act]);
      return found && { order: String(found['work_order']), who: String(found['who']) };
    },
    /** The story of an order, oldest first. */
    async steps(id: string): Promise<readonly StepLine[]> {
      return (await rows.all('SELECT * FROM work_order_step WHERE work_order = ? ORDER BY n', [id])).map(stepIn);
    },
    /** Steps that tell of time, of each order, oldest first. */
    async timed(ids: readonly string[]): Promise<ReadonlyMap<string, readonly StepLine[]>> {
      const found = new Map<string, StepLine[]>();
      for (let n = 0; n < ids.length; n += atOnce) {
        const some = ids.slice(n, n + atOnce);
        const sql = `SELECT * FROM work_order_step WHERE work_order IN (${marks(some.length)})
          AND step IN ('start', 'pause', 'finish', 'clockIn', 'clockOut', 'time', 'assign', 'cancel', 'decline')
          ORDER BY work_order, n`;
        for (const row of await rows.all(sql, some)) {
          const id = String(row['work_order']);
          const lines = found.get(id);
          if (lines) lines.push(stepIn(row));
          else found.set(id, [stepIn(row)]);
        }
      }
      return found;
    },
    async photo(id: string, n: number): Promise<KeptPhoto | undefined> {
      return photoIn(await rows.get('SELECT * FROM work_order_photo WHERE work_order = ? AND n = ?', [id, n]));
    },
    async photoHashes(): Promise<readonly string[]> {
      return (await rows.all('SELECT DISTINCT hash FROM work_order_photo')).map((row) => String(row['hash']));
    },
    /** Ids of those closed or cancelled before an instant, ms. */
    async closedBefore(before: number): Promise<readonly string[]> {
      const found = await rows.all('SELECT id FROM work_order WHERE open = 0 AND closed_at < ? ORDER BY id', [before]);
      return found.map((row) => String(row['id']));
    },
    /** The same, of which photos are left. */
    async photosBefore(before: number): Promise<readonly string[]> {
      const sql = 'SELECT id FROM work_order WHERE open = 0 AND closed_at < ? AND photos > 0 ORDER BY id';
      return (await rows.all(sql, [before])).map((row) => String(row['id']));
    },
    /** Ids of all orders that are open, with what tells whether row and entity say the same. */
    async openMarks(): Promise<readonly (readonly [string, string])[]> {
      const found = await rows.all('SELECT id, state, rank FROM work_order WHERE open = 1');
      return found.map((row) => [String(row['id']), `${String(row['state'])} ${String(row['rank'])}`] as const);
    },
  };
}

function photoIn(row: Row | undefined): KeptPhoto | undefined {
  return (
    row && {
      hash: String(row['hash']),
      bytes: Number(row['bytes']),
      width: Number(row['width']),
      height: Number(row['height']),
    }
  );
}
