/** Whether runs and holds, as pages show them, are those that the log was told of: each row, each column, both ways. */
import { canonicalJson } from '../../base/canonical.ts';
import type { SeenRow } from '../../store/index.ts';
import { isoText, objectIn, type RecordsCheck } from '../tlog/index.ts';
import { holdLifted, holdSet, runRecord } from './told.ts';

export const checkRetention: RecordsCheck = (shown, found) => {
  checkRuns(shown, found);
  checkHolds(shown, found);
};

const textOf = (row: SeenRow, column: string): string => String(row[column]);
const isThere = (shown: Parameters<RecordsCheck>[0], table: string): boolean =>
  shown.get("SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = ?", table) !== undefined;

const checkRuns: RecordsCheck = (shown, found) => {
  if (!isThere(shown, 'retention_run')) return;
  const logged = "SELECT 1 FROM main.log_version WHERE type = 'retention-run' AND id = 'city' AND record = ?";
  for (const row of shown.each('SELECT at, by, version, counts FROM main.retention_run ORDER BY at')) {
    const what = `retention run of ${isoText(row['at'])}`;
    const counts = objectIn(row['counts']);
    if (counts === undefined) found({ what, why: 'what it took away is no JSON' });
    // A day on which nothing went says nothing.
    else if (Object.values(counts).some((count) => count !== 0)) {
      const record = runRecord({
        by: textOf(row, 'by'),
        version: textOf(row, 'version'),
        at: isoText(row['at']),
        counts,
      });
      if (!shown.get(logged, canonicalJson(record))) found({ what, why: 'the log was told of no such run' });
    }
  }
  for (const { record } of shown.each("SELECT record FROM main.log_version WHERE type = 'retention-run'")) {
    const told = objectIn(record)?.['at'];
    const at = typeof told === 'string' ? told : '';
    if (!shown.get('SELECT 1 FROM main.retention_run WHERE at = ?', Date.parse(at)))
      found({ what: `retention run of ${at}`, why: 'its row is gone' });
  }
};

const checkHolds: RecordsCheck = (shown, found) => {
  if (!isThere(shown, 'retention_hold')) return;
  const versions = (id: string): readonly SeenRow[] => [
    ...shown.each("SELECT record FROM main.log_version WHERE type = 'legal-hold' AND id = ? ORDER BY version", id),
  ];
  for (const row of shown.each('SELECT * FROM main.retention_hold ORDER BY id')) {
    const id = textOf(row, 'id');
    const [set, lifted, ...more] = versions(id).map(({ record }) => objectIn(record));
    const wrong = (why: string): void => found({ what: `legal hold ${id}`, why });
    const { until, set_by: by, set_at: at, key } = row;
    const told = holdSet({
      kind: textOf(row, 'kind'),
      target: textOf(row, 'target'),
      reference: textOf(row, 'reference'),
      until: isoText(until),
      by: String(by),
      at: isoText(at),
      key: String(key),
    });
    if (!set || canonicalJson(told) !== canonicalJson(set)) wrong('it is not the one that the log was told of');
    const end = row['lifted_at'] === null ? undefined : isoText(row['lifted_at']);
    if (end !== undefined && !lifted) wrong(`it is said to be lifted at ${end}, and the log was not told`);
    if (lifted) {
      const { by: lifter } = lifted;
      const wanted = holdLifted({
        kind: textOf(row, 'kind'),
        by: typeof lifter === 'string' ? lifter : '',
        at: end ?? '',
      });
      if (canonicalJson(wanted) !== canonicalJson(lifted))
        wrong('it was lifted at another time, or the row does not say so');
    }
    if (more.length > 0) wrong('the log was told more of it');
  }
  for (const { id } of shown.each(
    "SELECT DISTINCT id FROM main.log_version v WHERE type = 'legal-hold' AND NOT EXISTS (SELECT 1 FROM main.retention_hold h WHERE h.id = v.id)",
  ))
    found({ what: `legal hold ${String(id)}`, why: 'its row is gone' });
};
