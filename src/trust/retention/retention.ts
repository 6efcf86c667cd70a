/**
 * Retention as a job: each kind of data says what is older than its rule, and takes it away when it is told to. What a hold
 * protects stays. What would go can be looked at before, and what went is counted, told to the transparency log and shown.
 */
import type { Clock } from '../../base/clock.ts';
import type { NewId } from '../../base/ids.ts';
import { Problem } from '../../base/problem.ts';
import { normalized } from '../../base/words.ts';
import { oneAtATime } from '../../base/queue.ts';
import type { Principal } from '../../http/index.ts';
import type { Json } from '../../ngsild/entity.ts';
import type { RowDelta, Rows, SqlValue } from '../../store/ports.ts';
import type { Writer } from '../../store/writer.ts';
import { rulesOf, rulesVersion, type Rule } from './rules.ts';
import { newKey } from '../tlog/index.ts';
import { retentionHoldTable, retentionRunTable } from './tables.ts';
import { holdLifted, holdSet, runRecord } from './told.ts';

/** A kind of data that grows old. Modules register theirs. */
export type RetentionKind = {
  readonly id: string;
  /** Days, where neither the table of rules nor the law pack has a word on it; null: for good. */
  readonly days?: number | null;
  /** For the page, where the catalogue does not know the kind. */
  readonly name?: (language: string) => string;
  /** Kinds of what goes with it: what holds those, holds it. */
  readonly takes?: readonly string[];
  /** What is older: opaque ids where single things can be held, else how many. */
  due(before: number): Promise<readonly string[] | number>;
  /** @param ids of those that may go, where `due` gave ids. @returns how many went */
  remove(before: number, ids: readonly string[]): Promise<number>;
};

export type Hold = {
  readonly id: string;
  readonly kind: string;
  /** Undefined: all of the kind. */
  readonly target: string | undefined;
  readonly reference: string;
  readonly until: number;
  readonly setBy: string;
  readonly setAt: number;
};

/** What goes by a rule, or would. `held`: what a hold protects; the whole kind when undefined. */
export type Due = { readonly rule: Rule; readonly count: number; readonly held: number | 'all' };
export type Run = {
  readonly at: number;
  readonly by: string;
  readonly version: string;
  readonly counts: Readonly<Record<string, number>>;
};

export type Retention = {
  register(kind: RetentionKind): void;
  kinds(): readonly RetentionKind[];
  rules(): readonly Rule[];
  /** What would go now; nothing does. */
  preview(): Promise<readonly Due[]>;
  run(by: string): Promise<Run>;
  /** Runs when the last run is a day ago. */
  daily(): Promise<Run | undefined>;
  /** Newest first. */
  runs(limit: number): Promise<readonly Run[]>;
  /** Those in force. */
  holds(): Promise<readonly Hold[]>;
  /** @throws Problem bad-data (field) */
  hold(who: Principal, given: { kind: string; target: string; reference: string; until: string }): Promise<Hold>;
  /** @throws Problem not-found */
  lift(who: Principal, id: string): Promise<void>;
};

const dayMs = 86_400_000;

export async function openRetention(deps: {
  rows: Rows;
  writer: Pick<Writer, 'commit'>;
  clock: Clock;
  newId: NewId;
  /** With the rows that it speaks of, in one change. */
  note: (type: string, id: string, record: Json, rows: readonly RowDelta[]) => Promise<unknown>;
  /** Of the law pack: days by kind. */
  law?: Readonly<Record<string, number | null>>;
  kinds: readonly RetentionKind[];
}): Promise<Retention> {
  const { rows, writer, clock, newId, note, law } = deps;
  const kinds = [...deps.kinds];
  const inTurn = oneAtATime();
  const commit = (row: RowDelta): Promise<unknown> =>
    writer.commit({ tenant: 0, cause: { by: 'retention' }, entities: [], rows: [row] });
  const rules = (): readonly Rule[] => rulesOf(kinds, law);

  const holds = async (): Promise<readonly Hold[]> => {
    const found = await rows.all(
      'SELECT * FROM retention_hold WHERE lifted_at IS NULL AND until > ? ORDER BY until, id',
      [clock.now()],
    );
    return found.map(toHold);
  };

  /** @param act called for what may go by each rule */
  const each = async (
    act: (kind: RetentionKind, before: number, due: readonly string[] | number) => Promise<number>,
  ) => {
    const inForce = await holds();
    const found: Due[] = [];
    for (const rule of rules()) {
      const kind = kinds.find(({ id }) => id === rule.kind);
      if (!kind) continue;
      const own = inForce.filter((one) => one.kind === rule.kind || kind.takes?.includes(one.kind) === true);
      const isHeld = own.some(({ target }) => target === undefined);
      if (rule.days === null || isHeld) {
        found.push({ rule, count: 0, held: isHeld ? 'all' : 0 });
        continue;
      }
      const before = clock.now() - rule.days * dayMs;
      const due = await kind.due(before);
      const targets = new Set(own.map(({ target }) => target));
      const free = typeof due === 'number' ? due : due.filter((id) => !targets.has(id));
      const held = typeof due === 'number' || typeof free === 'number' ? 0 : due.length - free.length;
      found.push({ rule, count: await act(kind, before, free), held });
    }
    return found;
  };

  const run = (by: string): Promise<Run> =>
    inTurn(async () => {
      const went = await each(async (kind, before, due) => {
        const nothing = typeof due === 'number' ? due === 0 : due.length === 0;
        return nothing ? 0 : kind.remove(before, typeof due === 'number' ? [] : due);
      });
      const counts = Object.fromEntries(went.map(({ rule, count }) => [rule.kind, count]));
      const at = clock.now();
      const done = { by, version: rulesVersion };
      const row = {
        table: retentionRunTable.name,
        key: { at },
        row: { ...done, counts: JSON.stringify(counts) },
      };
      // A day on which nothing went says nothing.
      if (Object.values(counts).every((count) => count === 0)) await commit(row);
      else await note('retention-run', 'city', runRecord({ ...done, at: new Date(at).toISOString(), counts }), [row]);
      return { ...done, at, counts };
    });

  const runs = async (limit: number): Promise<readonly Run[]> => {
    const found = await rows.all('SELECT * FROM retention_run ORDER BY at DESC LIMIT ?', [limit]);
    return found.map(toRun);
  };

  return {
    register: (kind) => void kinds.push(kind),
    kinds: () => kinds,
    rules,
    preview: () => each(async (_kind, _before, due) => (typeof due === 'number' ? due : due.length)),
    run,
    async daily() {
      const [last] = await runs(1);
      return last && clock.now() - last.at < dayMs ? undefined : run('system');
    },
    runs,
    holds,
    async hold(who, { kind, target, reference, until }) {
      const known = kinds.find(({ id }) => id === kind);
      if (!known) throw new Problem('bad-data', 'there is no such kind of data', 'kind');
      // What is only counted has no single things: a hold on one of them would hold nothing.
      const isCounted = target !== '' && typeof (await known.due(0)) === 'number';
      if (isCounted || !/^[\w:.-]{0,64}$/.test(target))
        throw new Problem('bad-data', 'an opaque id is wanted, or nothing', 'target');
      const words = normalized(reference);
      if (words.length < 3 || words.length > 120)
        throw new Problem('bad-data', 'the number of a file or decision is wanted, 3 to 120 characters', 'reference');
      const end = /^\d{4}-\d\d-\d\d$/.test(until) ? Date.parse(`${until}T00:00:00Z`) + dayMs : Number.NaN;
      if (!(end > clock.now())) throw new Problem('bad-data', 'a day to come is wanted, as 2027-01-31', 'until');
      const id = newId();
      const setAt = clock.now();
      const about = { kind, target, reference: words, key: newKey() };
      const times = { until: new Date(end).toISOString(), at: new Date(setAt).toISOString() };
      const row = { ...about, until: end, set_by: who.id, set_at: setAt, lifted_at: null };
      await note('legal-hold', id, holdSet({ ...about, ...times, by: who.id }), [
        { table: retentionHoldTable.name, key: { id }, row },
      ]);
      return {
        id,
        kind,
        target: target === '' ? undefined : target,
        reference: words,
        until: end,
        setBy: who.id,
        setAt,
      };
    },
    async lift(who, id) {
      const row = await rows.get('SELECT * FROM retention_hold WHERE id = ? AND lifted_at IS NULL', [id]);
      if (!row) throw new Problem('not-found', 'there is no such hold', 'id');
      const { id: _, _seq: __, ...rest } = row;
      const at = clock.now();
      const told = holdLifted({ kind: String(row['kind']), by: who.id, at: new Date(at).toISOString() });
      await note('legal-hold', id, told, [
        { table: retentionHoldTable.name, key: { id }, row: { ...rest, lifted_at: at } },
      ]);
    },
  };
}

type Row = Readonly<Record<string, SqlValue>>;

const toHold = (row: Row): Hold => ({
  id: String(row['id']),
  kind: String(row['kind']),
  target: row['target'] === '' ? undefined : String(row['target']),
  reference: String(row['reference']),
  until: Number(row['until']),
  setBy: String(row['set_by']),
  setAt: Number(row['set_at']),
});

const toRun = (row: Row): Run => ({
  at: Number(row['at']),
  by: String(row['by']),
  version: String(row['version']),
  counts: JSON.parse(String(row['counts'])) as Run['counts'],
});
