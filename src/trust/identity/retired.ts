/** Accounts that have been disabled for long: the row stays, since the log speaks of it; what names the person goes. */
import type { Rows } from '../../store/ports.ts';
import type { Database } from '../../store/index.ts';
import { textOf } from './columns.ts';

export type RetiredAccounts = {
  /** Ids of those whose rights were last changed before, and that are disabled. */
  disabledBefore(before: number, rows: Pick<Rows, 'get'>): Promise<readonly string[]>;
  /** @returns how many */
  retire(ids: readonly string[]): number;
};

/** Whatever else proves that somebody is this person. */
const proofs = ['session', 'invitation', 'passkey', 'totp', 'printed_code', 'provider_link'] as const;

export const retiredAccounts = (database: Database): RetiredAccounts => ({
  async disabledBefore(before, rows) {
    const found: string[] = [];
    const sql = "SELECT max(at) AS at FROM log_version WHERE type = 'account' AND id = ?";
    for (const row of database.all("SELECT id, made_at FROM account WHERE disabled = 1 AND display_name <> '–'")) {
      const id = textOf(row['id']);
      const since = (await rows.get(sql, [id]))?.['at'] ?? row['made_at'];
      if (Number(since) < before) found.push(id);
    }
    return found;
  },
  retire(ids) {
    database.transaction(() => {
      for (const id of ids) {
        const name = `gone-${id.toLowerCase()}`;
        database.run("UPDATE account SET name = ?, display_name = '–', password = NULL WHERE id = ?", name, id);
        for (const table of proofs) database.run(`DELETE FROM ${table} WHERE account = ?`, id);
        database.run("UPDATE api_key SET label = '–' WHERE account = ?", id);
      }
    });
    database.scrub();
    return ids.length;
  },
});
