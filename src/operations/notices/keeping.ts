/** What goes when it is old: notices that are over or withdrawn, with all their versions (docs/decisions/0042). */
import type { Broker } from '../../broker/index.ts';
import { systemPrincipal } from '../../http/index.ts';
import type { EntityDelta } from '../../ngsild/index.ts';
import type { RowDelta, Rows } from '../../store/ports.ts';
import type { RetentionKind } from '../../trust/index.ts';
import { iriOf } from './entity.ts';
import { noticeWords } from './pages/messages/index.ts';
import { noticeStore, noticeTable, noticeVersionTable } from './store.ts';

/** Five heating seasons can be compared, and nobody is named in what was said. */
const overDays = 1_826;
const cause = { by: 'retention' };
/** Notices of one record. */
const atOnce = 200;

export function noticeKinds({ broker, rows }: { broker: Broker; rows: Rows }): readonly RetentionKind[] {
  const store = noticeStore(rows);
  const removeSome = async (ids: readonly string[]): Promise<void> => {
    const versions = await Promise.all(ids.map((id) => store.versions(id)));
    await broker.amend(systemPrincipal, 0, ids.map(iriOf), cause, (looked, at) => ({
      entities: ids.map((id): EntityDelta => {
        const isThere = looked.get(iriOf(id)) !== undefined;
        return { op: 'forget', id: iriOf(id), at, past: 'all', ...(isThere && { becomes: null }) };
      }),
      rows: ids.flatMap((id, n): RowDelta[] => [
        { table: noticeTable.name, key: { id }, row: null },
        ...(versions[n] ?? []).map(({ number }): RowDelta => {
          return { table: noticeVersionTable.name, key: { notice: id, version: number }, row: null };
        }),
      ]),
    }));
  };
  return [
    {
      id: 'notices-over',
      days: overDays,
      name: (language) => noticeWords(language)('kept'),
      due: (before) => store.overBefore(before),
      async remove(_before, ids) {
        for (let n = 0; n < ids.length; n += atOnce) await removeSome(ids.slice(n, n + atOnce));
        return ids.length;
      },
    },
  ];
}
