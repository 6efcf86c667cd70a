/** The only SQL that reads alarms. */
import type { Rows, SqlValue } from '../../store/ports.ts';
import { floodMs, type AlarmFilter, type Priority, type State, type Texts, type View } from './schema.ts';
import { alarmIn, handoverIn, stepIn, type AlarmRow, type Handover, type Row, type StepLine } from './tables.ts';

/** Open alarms by how they stand. */
export type Counts = Readonly<Record<View, number>> & {
  /** The least number among the open ones: 1 is the worst. */
  readonly worst: Priority | undefined;
  /** Waiting ones by priority. */
  readonly waitingBy: Readonly<Partial<Record<Priority, number>>>;
  /** Of those that wait, the one raised last; ms. */
  readonly newest: { readonly id: string; readonly at: number; readonly title: Texts } | undefined;
};

/** Alarms of one cause and area that came together; often one. */
export type AlarmGroup = {
  readonly first: AlarmRow;
  readonly count: number;
  readonly waiting: number;
  /** ms: the earliest of them. */
  readonly from: number;
};

const whereOf: Readonly<Record<View | 'all', string>> = {
  all: 'open IN (0, 1)',
  open: 'open = 1',
  waiting: 'open = 1 AND acknowledged = 0',
  work: "open = 1 AND state IN ('acknowledged', 'assigned')",
  shelved: "open = 1 AND state = 'shelved'",
  cleared: "open = 1 AND state = 'cleared'",
  closed: 'open = 0',
};

/** Alarms of one rule, as many as somebody sees. */
export type OfRule = {
  readonly lately: number;
  /** Whose condition holds. */
  readonly now: number;
  readonly lastAt?: number;
  readonly lastEntity?: string;
};

/** The rows that somebody sees: those of some districts, or these. */
export type Seen = { readonly column: 'district' | 'id'; readonly values: readonly string[] };

type Where = { readonly sql: string; readonly parameters: readonly SqlValue[] };

/** @param seen absent: all */
function where(
  { show, priority, district, cause }: Omit<AlarmFilter, 'show'> & { show: View | 'all' },
  seen: Seen | undefined,
): Where {
  const parts = [whereOf[show]];
  const parameters: SqlValue[] = [];
  const add = (column: string, value: SqlValue | undefined): void => {
    if (value === undefined) return;
    parts.push(`${column} = ?`);
    parameters.push(value);
  };
  add('priority', priority);
  add('district', district);
  add('cause', cause);
  if (seen) {
    const { column, values } = seen;
    parts.push(values.length === 0 ? '1 = 0' : `${column} IN (${marks(values.length)})`);
    parameters.push(...values);
  }
  return { sql: parts.join(' AND '), parameters };
}

/** Numbers the floods of each cause and area: a new one begins after a quiet time of `floodMs`. */
const grouped = ({ sql }: Where): string => `
  WITH marked AS (
    SELECT id, cause, district, raised_at, acknowledged, rank,
      CASE WHEN raised_at - LAG(raised_at) OVER (PARTITION BY cause, district ORDER BY raised_at, id) <= ${floodMs}
        THEN 0 ELSE 1 END AS begins
    FROM alarm WHERE ${sql}
  ), flood AS (
    SELECT id, cause, COALESCE(district, '') AS area, raised_at, acknowledged, rank,
      SUM(begins) OVER (PARTITION BY cause, district ORDER BY raised_at, id ROWS UNBOUNDED PRECEDING) AS part
    FROM marked
  )`;

/** Parameters of one statement. */
const atOnce = 500;

export type AlarmStore = ReturnType<typeof alarmStore>;

const marks = (n: number): string => Array.from({ length: n }, () => '?').join(', ');
/** The rank ends with the id. */
const idIn = (row: Row): string => String(row['first']).slice(-idLength);
const idLength = 10;

export function alarmStore(rows: Rows) {
  const byId = async (ids: readonly string[]): Promise<readonly AlarmRow[]> =>
    ids.length === 0
      ? []
      : (await rows.all(`SELECT * FROM alarm WHERE id IN (${marks(ids.length)})`, ids)).map(alarmIn);
  return {
    /** The alarm that is not closed, by `watchOf`. */
    async openOf(watches: readonly string[]): Promise<ReadonlyMap<string, string>> {
      const found = new Map<string, string>();
      for (let n = 0; n < watches.length; n += atOnce) {
        const some = watches.slice(n, n + atOnce);
        const sql = `SELECT id, watch FROM alarm WHERE watch IN (${marks(some.length)}) AND state <> 'closed'`;
        for (const row of await rows.all(sql, some)) found.set(String(row['watch']), String(row['id']));
      }
      return found;
    },
    /** Groups in the order of the list. */
    async groups(filter: AlarmFilter, seen: Seen | undefined, limit: number, offset: number) {
      const which = where(filter, seen);
      const found = await rows.all(
        `${grouped(which)}
        SELECT MIN(rank) AS first, COUNT(*) AS n, SUM(1 - acknowledged) AS waiting, MIN(raised_at) AS since,
          COUNT(*) OVER () AS total
        FROM flood GROUP BY cause, area, part ORDER BY first LIMIT ? OFFSET ?`,
        [...which.parameters, limit, offset],
      );
      const firsts = new Map((await byId(found.map(idIn))).map((row) => [row.id, row]));
      const groups = found.flatMap((row): AlarmGroup | [] => {
        const first = firsts.get(idIn(row));
        return first
          ? { first, count: Number(row['n']), waiting: Number(row['waiting']), from: Number(row['since']) }
          : [];
      });
      return { groups, total: Number(found[0]?.['total'] ?? 0) };
    },
    /** Those that came together with one alarm, in the order of the list. */
    async members(filter: AlarmFilter, seen: Seen | undefined, limit: number, offset: number) {
      const which = where(filter, seen);
      const found = await rows.all(
        `${grouped(which)}
        SELECT f.rank AS first, COUNT(*) OVER () AS total
        FROM flood f JOIN flood one ON one.cause = f.cause AND one.area = f.area AND one.part = f.part
        WHERE one.id = ? ORDER BY f.rank LIMIT ? OFFSET ?`,
        [...which.parameters, filter.group ?? '', limit, offset],
      );
      const known = new Map((await byId(found.map(idIn))).map((row) => [row.id, row]));
      return {
        alarms: found.flatMap((row) => known.get(idIn(row)) ?? []),
        total: Number(found[0]?.['total'] ?? 0),
      };
    },
    /** One after the other, without groups; closed ones by when they were. */
    async list(filter: AlarmFilter, seen: Seen | undefined, limit: number, offset: number) {
      const { sql, parameters } = where(filter, seen);
      const order = filter.show === 'closed' ? 'closed_at DESC, id' : 'rank';
      const [found, count] = await Promise.all([
        rows.all(`SELECT * FROM alarm WHERE ${sql} ORDER BY ${order} LIMIT ? OFFSET ?`, [...parameters, limit, offset]),
        rows.get(`SELECT COUNT(*) AS n FROM alarm WHERE ${sql}`, parameters),
      ]);
      return { alarms: found.map(alarmIn), total: Number(count?.['n'] ?? 0) };
    },
    /** Of the filter without its part of the list. Closed ones: since an instant, ms. */
    async counts(filter: AlarmFilter, seen: Seen | undefined, closedSince: number): Promise<Counts> {
      const open = where({ ...filter, show: 'open' }, seen);
      const closed = where({ ...filter, show: 'closed' }, seen);
      const waiting = where({ ...filter, show: 'waiting' }, seen);
      const [found, gone, newest] = await Promise.all([
        rows.all(
          `SELECT state, acknowledged, priority, COUNT(*) AS n FROM alarm WHERE ${open.sql}
          GROUP BY state, acknowledged, priority`,
          open.parameters,
        ),
        rows.get(`SELECT COUNT(*) AS n FROM alarm WHERE ${closed.sql} AND closed_at >= ?`, [
          ...closed.parameters,
          closedSince,
        ]),
        rows.get(
          `SELECT * FROM alarm WHERE id = (
            SELECT id FROM alarm WHERE ${waiting.sql} ORDER BY raised_at DESC, id LIMIT 1
          )`,
          waiting.parameters,
        ),
      ]);
      const counts = { open: 0, waiting: 0, work: 0, shelved: 0, cleared: 0, closed: Number(gone?.['n'] ?? 0) };
      const waitingBy: Partial<Record<Priority, number>> = {};
      let worst: Priority | undefined;
      for (const row of found) {
        const n = Number(row['n']);
        const priority = Number(row['priority']) as Priority;
        const state = row['state'] as State;
        counts.open += n;
        if (row['acknowledged'] === 0) {
          counts.waiting += n;
          waitingBy[priority] = (waitingBy[priority] ?? 0) + n;
        }
        if (state === 'acknowledged' || state === 'assigned') counts.work += n;
        if (state === 'shelved' || state === 'cleared') counts[state] += n;
        if (state !== 'shelved' && (worst === undefined || priority < worst)) worst = priority;
      }
      const last = newest && alarmIn(newest);
      return {
        ...counts,
        waitingBy,
        worst,
        newest: last && { id: last.id, at: last.raisedAt, title: last.title },
      };
    },
    /** What people did last other than a note, by id. */
    async lastActs(ids: readonly string[]): Promise<ReadonlyMap<string, StepLine>> {
      if (ids.length === 0) return new Map();
      const found = await rows.all(
        `SELECT s.* FROM alarm_step s JOIN (
          SELECT alarm, MAX(n) AS n FROM alarm_step
          WHERE alarm IN (${marks(ids.length)}) AND who <> 'system' AND step <> 'note' GROUP BY alarm
        ) last ON last.alarm = s.alarm AND last.n = s.n`,
        ids,
      );
      return new Map(found.map((row) => [String(row['alarm']), stepIn(row)]));
    },
    /** What a rule raised: since an instant (ms), what holds now, and the last. */
    async ofRule(rule: string, since: number, seen: Seen): Promise<OfRule> {
      // The rule is the cause, which the index knows.
      const which = where({ show: 'all', cause: rule }, seen);
      const [sums, last] = await Promise.all([
        rows.get(
          `SELECT SUM(CASE WHEN raised_at >= ? THEN 1 ELSE 0 END) AS lately, SUM(active) AS now
          FROM alarm WHERE ${which.sql}`,
          [since, ...which.parameters],
        ),
        rows.get(
          `SELECT raised_at, subject FROM alarm WHERE ${which.sql} ORDER BY raised_at DESC, id LIMIT 1`,
          which.parameters,
        ),
      ]);
      return {
        lately: Number(sums?.['lately'] ?? 0),
        now: Number(sums?.['now'] ?? 0),
        ...(last && { lastAt: Number(last['raised_at']), lastEntity: String(last['subject']) }),
      };
    },
    /** Of every open alarm, by id. */
    async openRanks(): Promise<readonly (readonly [string, string])[]> {
      const found = await rows.all('SELECT id, rank FROM alarm WHERE open = 1');
      return found.map((row) => [String(row['id']), String(row['rank'])] as const);
    },
    /** Ids of those that were closed before (ms). */
    async closedBefore(before: number): Promise<readonly string[]> {
      const sql = 'SELECT id FROM alarm WHERE open = 0 AND closed_at < ? ORDER BY closed_at, id';
      return (await rows.all(sql, [before])).map((row) => String(row['id']));
    },
    /** Ids of notes between shifts. */
    async handoversBefore(before: number): Promise<readonly string[]> {
      return (await rows.all('SELECT id FROM alarm_handover WHERE at < ?', [before])).map((row) => String(row['id']));
    },
    /** Ids of those whose time aside is over, the earliest first. */
    async dueBack(now: number): Promise<readonly string[]> {
      const sql = "SELECT id FROM alarm WHERE state = 'shelved' AND shelved_until <= ? ORDER BY shelved_until LIMIT ?";
      return (await rows.all(sql, [now, atOnce])).map((row) => String(row['id']));
    },
    /** The newest first; `ofAreas`: those alone that are about some districts. */
    async handovers(limit: number, ofAreas: boolean): Promise<readonly Handover[]> {
      const which = ofAreas ? 'WHERE areas IS NOT NULL ' : '';
      const sql = `SELECT * FROM alarm_handover ${which}ORDER BY at DESC, id LIMIT ?`;
      return (await rows.all(sql, [limit])).map(handoverIn);
    },
    /** The story of an alarm, oldest first. */
    async steps(id: string): Promise<readonly StepLine[]> {
      return (await rows.all('SELECT * FROM alarm_step WHERE alarm = ? ORDER BY n', [id])).map(stepIn);
    },
  };
}
