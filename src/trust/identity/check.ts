/**
 * Whether the rights that stand in `trust.db` are those that the log was told of last. Who edits that file gives rights that
 * nobody was told of.
 */
import { canonicalJson } from '../../base/canonical.ts';
import type { SeenRow } from '../../store/index.ts';
import { isoText, objectIn, type RecordsCheck, type Shown } from '../tlog/index.ts';

type Noted = 'account' | 'api-key' | 'device';
const tables: Readonly<Record<Noted, string>> = { account: 'account', 'api-key': 'api_key', device: 'device' };

export const checkIdentity: RecordsCheck = (shown, found) => {
  if (!shown.has('trust')) return;
  for (const type of Object.keys(tables) as Noted[]) {
    const rows = `SELECT * FROM trust.${tables[type]} ORDER BY id`;
    for (const row of shown.each(rows)) {
      const id = String(row['id']);
      if (waits(shown, type, id)) continue;
      const says = rightsOf[type](row);
      const told = toldOf(shown, type, id);
      if (told.includes(says)) continue;
      const why = told[0] === undefined ? 'the log was never told of it' : `the log was told ${told[0]} last`;
      found({ what: `${type} ${id}`, why: `${says} stands in trust.db, and ${why}` });
    }
    const gone = `SELECT DISTINCT id FROM main.log_version v WHERE type = ? AND NOT EXISTS (SELECT 1 FROM trust.${tables[type]} t WHERE t.id = v.id)`;
    for (const { id } of shown.each(gone, type)) {
      // Made after `trust.db` was looked at.
      if (shown.isRecent(type, String(id))) continue;
      found({ what: `${type} ${String(id)}`, why: 'its row in trust.db is gone' });
    }
  }
};

const waits = (shown: Shown, type: Noted, id: string): boolean =>
  shown.get('SELECT 1 FROM trust.note WHERE type = ? AND id = ?', type, id) !== undefined;

/** The newest rights, and those that they took the place of a moment ago: the row may be as old. */
function toldOf(shown: Shown, type: Noted, id: string): readonly string[] {
  const told: string[] = [];
  for (const { record, isRecent } of shown.newest(type, id)) {
    // Named already where it is none: it is not what was logged.
    const { by: _, ...rights } = objectIn(record) ?? {};
    // What was done to an account beside its rights.
    if ('factors' in rights) continue;
    told.push(canonicalJson(rights));
    if (!isRecent) break;
  }
  return told;
}

const listOf = (value: SeenRow[string] | undefined): unknown => {
  try {
    return JSON.parse(String(value));
  } catch {
    return String(value);
  }
};
const tenantsOf = (value: SeenRow[string] | undefined): unknown => (value === 'all' ? value : listOf(value));

/** The whole city is said by silence, as in the files and logs of before there were areas. */
const limited = (value: SeenRow[string] | undefined) =>
  value === undefined || value === null || value === 'all' ? {} : { areas: listOf(value) };

/** As the log is told, without who did it. */
const rightsOf: Readonly<Record<Noted, (row: SeenRow) => string>> = {
  account: ({ kind, roles, department, tenants, areas, disabled }) =>
    canonicalJson({
      kind,
      roles: listOf(roles),
      tenants: tenantsOf(tenants),
      disabled: disabled !== 0n,
      ...(department !== null && { department }),
      ...limited(areas),
    }),
  'api-key': ({ account, scope, tenants, areas, expires_at: expires, revoked_at: revoked }) =>
    canonicalJson({
      account,
      scope: listOf(scope),
      ...(tenants !== null && { tenants: tenantsOf(tenants) }),
      ...limited(areas),
      expiresAt: isoText(expires),
      revoked: revoked !== null,
    }),
  device: ({ topics, sources, tenants, revoked_at: revoked }) =>
    canonicalJson({
      topics,
      sources: listOf(sources),
      tenants: tenantsOf(tenants),
      revoked: revoked !== null,
    }),
};
