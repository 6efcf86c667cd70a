/**
 * Opening what lies in the vault: somebody asks for a purpose, somebody else agrees where the purpose wants it, and only who asked
 * reads, for an hour. Each step stands in the access log and, as a number and a hash, in the transparency log.
 */
import type { Clock } from '../../base/clock.ts';
import type { NewId } from '../../base/ids.ts';
import { assert, Problem } from '../../base/problem.ts';
import { normalized } from '../../base/words.ts';
import type { Principal } from '../../http/index.ts';
import type { Database, Found } from '../../store/index.ts';
import { textOf } from '../identity/columns.ts';
import type { Policy } from '../policy/index.ts';
import type { AccessDeed } from './accessLog.ts';
import { purposeOf, purposes, type Purpose, type PurposeId } from './purposes.ts';
import type { Records, VaultRecord } from './records.ts';

/** `ended`: nobody agreed in time, or the time to read is over. */
export type OpeningState = 'asked' | 'approved' | 'refused' | 'ended';

export type Opening = {
  readonly id: string;
  readonly subject: string;
  readonly purpose: Purpose;
  /** Undefined when the person was erased since. */
  readonly reason: string | undefined;
  readonly askedBy: string;
  readonly askedAt: number;
  readonly state: OpeningState;
  readonly decidedBy?: string;
  readonly decidedAt?: number;
  /** Until when it can be read. */
  readonly until?: number;
  /** First read. */
  readonly openedAt?: number;
};

/** As it was filled in. */
export type AskedFor = { readonly subject: string; readonly purpose: string; readonly reason: string };

/** What the person concerned is shown. */
export type Notice = Pick<Opening, 'id' | 'purpose' | 'reason' | 'askedBy' | 'decidedBy'> & {
  readonly openedAt: number;
};

/** Of one year, in the time zone of the counting. */
export type YearCounts = {
  readonly year: number;
  readonly byPurpose: readonly {
    readonly purpose: PurposeId;
    readonly asked: number;
    readonly refused: number;
    readonly opened: number;
  }[];
  /** Requests of authorities among them. */
  readonly official: number;
};

const dayMs = 86_400_000;
/** How long a request waits for somebody else. */
export const decisionMs = 3 * dayMs;
/** How long who asked may read. */
export const readingMs = 3_600_000;
const reasonLength = { min: 10, max: 1_000 };

const hasReason = 'asked_at < ? AND sealed_reason IS NOT NULL';

export type Openings = ReturnType<typeof openOpenings>;

export function openOpenings(deps: {
  database: Database;
  records: Records;
  policy: Pick<Policy, 'permits'>;
  clock: Clock;
  newId: NewId;
  tell: (told: { deed: AccessDeed; by: string; subject: string; opening: string; purpose: string }) => void;
}) {
  const { database, records, policy, clock, newId, tell } = deps;

  const openingOf = (row: Found): Opening => {
    const id = textOf(row['id']);
    const subject = textOf(row['subject']);
    const purpose = purposeOf(textOf(row['purpose']));
    if (!purpose) throw new Error(`an opening for an unknown purpose: ${textOf(row['purpose'])}`);
    const number = (name: string): number | undefined => (row[name] === null ? undefined : Number(row[name]));
    const askedAt = Number(row['asked_at']);
    const until = number('until');
    const ends = row['state'] === 'asked' ? askedAt + decisionMs : until;
    const isOver = row['state'] !== 'refused' && ends !== undefined && clock.now() >= ends;
    const decidedAt = number('decided_at');
    const openedAt = number('opened_at');
    return {
      id,
      subject,
      purpose,
      reason: records.openFor(subject, row['sealed_reason'], id),
      askedBy: textOf(row['asked_by']),
      askedAt,
      state: isOver ? 'ended' : (row['state'] as OpeningState),
      ...(row['decided_by'] !== null && { decidedBy: textOf(row['decided_by']) }),
      ...(decidedAt !== undefined && { decidedAt }),
      ...(until !== undefined && { until }),
      ...(openedAt !== undefined && { openedAt }),
    };
  };
  const rowOf = (id: string): Found => {
    const row = database.get('SELECT * FROM opening WHERE id = ?', id);
    if (!row) throw new Problem('not-found', 'there is no such opening', 'id');
    return row;
  };
  const demandPurpose = (who: Principal, action: 'openVault' | 'approveOpening', purpose: string): void => {
    if (who.kind !== 'person') throw new Problem('forbidden', 'the vault is opened by persons who have signed in');
    if (!policy.permits(who, action, { type: 'Purpose', id: purpose }))
      throw new Problem('forbidden', 'you may not do this for this purpose', 'purpose');
  };
  const told = ({ id, subject, purpose }: Opening, deed: AccessDeed, who: Principal): void =>
    tell({ deed, by: who.id, subject, opening: id, purpose: purpose.id });

  const decide = (who: Principal, id: string, state: 'approved' | 'refused'): Opening => {
    const opening = openingOf(rowOf(id));
    demandPurpose(who, 'approveOpening', opening.purpose.id);
    if (opening.state !== 'asked') throw new Problem('conflict', `this opening is ${opening.state} already`, 'id');
    if (who.id === opening.askedBy)
      throw new Problem('forbidden', 'whoever asks does not agree; another person has to');
    if (who.id === opening.subject) throw new Problem('forbidden', 'nobody decides about the own record');
    const now = clock.now();
    database.transaction(() => {
      database.run(
        'UPDATE opening SET state = ?, decided_by = ?, decided_at = ?, until = ? WHERE id = ?',
        state,
        who.id,
        now,
        state === 'approved' ? now + readingMs : null,
        id,
      );
      told(opening, state, who);
    });
    return openingOf(rowOf(id));
  };

  const faultsOf = ({ subject, purpose, reason }: AskedFor): readonly Problem[] => {
    const { length } = normalized(reason);
    const { min, max } = reasonLength;
    return [
      !records.has(subject) && new Problem('not-found', 'the vault holds nothing of such a person', 'subject'),
      !purposeOf(purpose) &&
        new Problem('bad-data', `wanted one of ${purposes.map(({ id }) => id).join(', ')}`, 'purpose'),
      (length < min || length > max) &&
        new Problem('bad-data', `a reason of ${min} to ${max} characters is wanted`, 'reason'),
    ].filter((fault) => fault !== false);
  };

  return {
    /** All that is wrong with a request; of whether it may be asked for it says nothing. */
    faultsOf,
    /**
     * @param reason in words, 10 to 1,000 characters; the person concerned will read it
     * @throws Problem forbidden, not-found, bad-data (field)
     */
    request(who: Principal, subject: string, purposeId: string, reason: string): Opening {
      const purpose = purposeOf(purposeId);
      if (purpose) demandPurpose(who, 'openVault', purpose.id);
      const [fault] = faultsOf({ subject, purpose: purposeId, reason });
      if (fault) throw fault;
      assert(purpose !== undefined, 'an unknown purpose is a fault');
      const words = normalized(reason);
      const id = newId();
      const now = clock.now();
      database.transaction(() => {
        database.run(
          `INSERT INTO opening (id, subject, purpose, sealed_reason, asked_by, asked_at, state, until)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
          id,
          subject,
          purpose.id,
          records.sealFor(subject, words, id),
          who.id,
          now,
          purpose.second ? 'asked' : 'approved',
          purpose.second ? null : now + readingMs,
        );
        told(openingOf(rowOf(id)), 'asked', who);
      });
      return openingOf(rowOf(id));
    },
    /** @throws Problem not-found, forbidden, conflict */
    approve: (who: Principal, id: string): Opening => decide(who, id, 'approved'),
    /** @throws Problem not-found, forbidden, conflict */
    refuse: (who: Principal, id: string): Opening => decide(who, id, 'refused'),
    /**
     * What lies in the vault of the person, for who asked.
     * @throws Problem not-found, forbidden
     */
    read(who: Principal, id: string): { readonly opening: Opening; readonly records: readonly VaultRecord[] } {
      const opening = openingOf(rowOf(id));
      demandPurpose(who, 'openVault', opening.purpose.id);
      if (who.id !== opening.askedBy) throw new Problem('forbidden', 'only who asked for this opening reads');
      if (opening.state !== 'approved') throw new Problem('forbidden', `this opening is ${opening.state}`, 'id');
      // Told before it is shown: what was seen and not written down would be worse than the reverse.
      database.transaction(() => {
        database.run('UPDATE opening SET opened_at = coalesce(opened_at, ?) WHERE id = ?', clock.now(), id);
        told(opening, 'opened', who);
      });
      return { opening: openingOf(rowOf(id)), records: records.of(opening.subject) };
    },
    /** Asked for by `who`, newest first. */
    asked: (who: Principal): readonly Opening[] =>
      database.all('SELECT * FROM opening WHERE asked_by = ? ORDER BY asked_at DESC LIMIT 100', who.id).map(openingOf),
    /** That `who` may decide: asked by somebody else, oldest first. */
    waiting: (who: Principal): readonly Opening[] =>
      database
        .all(
          "SELECT * FROM opening WHERE state = 'asked' AND asked_by <> ? AND subject <> ? ORDER BY asked_at",
          who.id,
          who.id,
        )
        .map(openingOf)
        .filter(
          ({ state, purpose }) =>
            state === 'asked' && policy.permits(who, 'approveOpening', { type: 'Purpose', id: purpose.id }),
        ),
    /** Who has looked, as far as the person may be told by now. */
    notices: (subject: string): readonly Notice[] =>
      database
        .all('SELECT * FROM opening WHERE subject = ? AND opened_at IS NOT NULL ORDER BY opened_at DESC', subject)
        .map(openingOf)
        .flatMap(({ id, purpose, reason, askedBy, decidedBy, openedAt = 0 }) =>
          clock.now() < openedAt + purpose.noticeDays * dayMs
            ? []
            : [{ id, purpose, reason, askedBy, openedAt, ...(decidedBy !== undefined && { decidedBy }) }],
        ),
    /** Reasons older than this, which still stand. */
    reasonsBefore: (ms: number): number =>
      Number(database.get(`SELECT count(*) AS n FROM opening WHERE ${hasReason}`, ms)?.['n']),
    /** That there was an opening stays, for the counts of its year. @returns how many */
    forgetReasons(ms: number): number {
      const sql = `UPDATE opening SET sealed_reason = NULL WHERE ${hasReason}`;
      const count = database.run(sql, ms);
      database.scrub();
      return count;
    },
    /** For everybody, newest year first. @param yearOf in the time zone of the city */
    counts(yearOf: (ms: number) => number): readonly YearCounts[] {
      const years = new Map<number, Found[]>();
      for (const row of database.all('SELECT purpose, state, asked_at, opened_at FROM opening')) {
        const year = yearOf(Number(row['asked_at']));
        years.set(year, [...(years.get(year) ?? []), row]);
      }
      return [...years]
        .toSorted(([a], [b]) => b - a)
        .map(([year, rows]) => ({
          year,
          byPurpose: purposes.map(({ id }) => {
            const own = rows.filter(({ purpose }) => purpose === id);
            return {
              purpose: id,
              asked: own.length,
              refused: own.filter(({ state }) => state === 'refused').length,
              opened: own.filter(({ opened_at: at }) => at !== null).length,
            };
          }),
          official: rows.filter(({ purpose }) => purposeOf(textOf(purpose))?.official === true).length,
        }));
    },
  };
}
