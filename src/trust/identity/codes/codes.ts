/** The codes of accounts: those of an authenticator app, and ten on paper for when it is lost. Each is taken once. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../base/clock.ts';
import { Problem } from '../../../base/problem.ts';
import type { Database } from '../../../store/index.ts';
import { printedCodes, printedHash } from './printed.ts';
import { matchTotp, secretBytes } from './totp.ts';

export type CodesState = {
  /** Since when codes of an app are taken; absent: there is no app. */
  readonly appSince?: number;
  /** Of the printed ones, not used yet. */
  readonly printedLeft: number;
};

export type Codes = {
  of(account: string): CodesState;
  /** For an app; not kept until a code has shown that the app has it. */
  newSecret(): Uint8Array;
  /** In the place of an app that was there. @throws Problem bad-data, field `code`: not a code of this secret, now */
  setApp(account: string, secret: Uint8Array, code: string): void;
  removeApp(account: string): void;
  /** In the place of those that were there. @returns to be shown once */
  print(account: string): readonly string[];
  removePrinted(account: string): void;
  /**
   * Takes a code, of the app or of the paper.
   * @throws Problem bad-data, field `code`: it is none, or was used; too-many-requests: too many were wrong
   */
  prove(account: string, typed: string): 'app' | 'printed';
};

/** Wrong ones in a row: of a million codes, three are right. */
const wrongMax = 5;
const restMs = 15 * 60_000;

export function openCodes(deps: {
  readonly database: Database;
  readonly clock: Clock;
  readonly random?: (bytes: number) => Uint8Array;
}): Codes {
  const { database, clock, random = randomBytes } = deps;
  /** Lost at a restart, which nobody outside can cause. */
  const wrong = new Map<string, { count: number; last: number }>();

  const proveApp = (account: string, typed: string): boolean => {
    const row = database.get('SELECT secret, last_step FROM totp WHERE account = ?', account);
    if (!row) return false;
    const step = matchTotp(row['secret'] as Uint8Array, typed, clock.now(), Number(row['last_step']));
    return step !== undefined && database.run('UPDATE totp SET last_step = ? WHERE account = ?', step, account) === 1;
  };
  const provePrinted = (account: string, typed: string): boolean => {
    const hash = printedHash(account, typed);
    if (!hash) return false;
    const now = clock.now();
    return (
      database.run(
        'UPDATE printed_code SET used_at = ? WHERE account = ? AND hash = ? AND used_at IS NULL',
        now,
        account,
        hash,
      ) === 1
    );
  };

  return {
    of(account) {
      const app = database.get('SELECT made_at FROM totp WHERE account = ?', account);
      const left = database.get(
        'SELECT count(*) AS n FROM printed_code WHERE account = ? AND used_at IS NULL',
        account,
      );
      return { ...(app && { appSince: Number(app['made_at']) }), printedLeft: Number(left?.['n']) };
    },
    newSecret: () => random(secretBytes),
    setApp(account, secret, code) {
      const now = clock.now();
      const step = matchTotp(secret, code, now, 0);
      if (step === undefined) throw notTaken();
      database.run(
        'INSERT OR REPLACE INTO totp (account, secret, made_at, last_step) VALUES (?, ?, ?, ?)',
        account,
        secret,
        now,
        step,
      );
    },
    removeApp: (account) => void database.run('DELETE FROM totp WHERE account = ?', account),
    print(account) {
      const codes = printedCodes(random);
      const now = clock.now();
      database.transaction(() => {
        database.run('DELETE FROM printed_code WHERE account = ?', account);
        for (const code of codes) {
          const hash = printedHash(account, code) ?? new Uint8Array();
          database.run('INSERT INTO printed_code (account, hash, made_at) VALUES (?, ?, ?)', account, hash, now);
        }
      });
      return codes;
    },
    removePrinted: (account) => void database.run('DELETE FROM printed_code WHERE account = ?', account),
    prove(account, typed) {
      const before = wrong.get(account);
      const now = clock.now();
      const count = before && now - before.last < restMs ? before.count : 0;
      if (count >= wrongMax)
        throw new Problem('too-many-requests', 'too many wrong codes; wait a quarter of an hour', 'code');
      const by = proveApp(account, typed) ? 'app' : provePrinted(account, typed) ? 'printed' : undefined;
      if (by === undefined) {
        wrong.set(account, { count: count + 1, last: now });
        throw notTaken();
      }
      wrong.delete(account);
      return by;
    },
  };
}

const notTaken = (): Problem =>
  new Problem('bad-data', 'this is no code of now, or it was used already; each is taken once', 'code');
