/** What goes when it is old: photos, which may show homes, before the orders that they belong to (docs/decisions/0038). */
import type { Broker } from '../../broker/index.ts';
import { systemPrincipal } from '../../http/index.ts';
import type { EntityDelta } from '../../ngsild/index.ts';
import type { RowDelta, Rows } from '../../store/ports.ts';
import type { RetentionKind } from '../../trust/index.ts';
import { orderDelta, orderOf, orderPrefix } from './entity.ts';
import { orderWords } from './pages/messages/index.ts';
import { over, type Order } from './schema.ts';
import { orderStore } from './store.ts';
import { assigneeRow, orderRow, photoRow } from './tables.ts';

/** Within three years somebody may claim for what was done. */
const closedDays = 1_096;
/** By then nobody doubts that it was done. */
const photoDays = 365;
const cause = { by: 'retention' };
/** Orders of one record. */
const atOnce = 200;

type Going = { readonly entities: readonly EntityDelta[]; readonly rows: readonly RowDelta[] };

export function orderKinds({ broker, rows }: { broker: Broker; rows: Rows }): readonly RetentionKind[] {
  const store = orderStore(rows);

  /** @returns how many went: one that is open again stays */
  const letGo = async (
    ids: readonly string[],
    before: number,
    going: (id: string, order: Order | undefined, at: string) => Going,
  ): Promise<number> => {
    let gone = 0;
    for (let n = 0; n < ids.length; n += atOnce) {
      const some = ids.slice(n, n + atOnce);
      let went = 0;
      await broker.amend(
        systemPrincipal,
        0,
        some.map((id) => orderPrefix + id),
        cause,
        (looked, at) => {
          const parts = some.flatMap((id) => {
            const stored = looked.get(orderPrefix + id);
            const order = stored && orderOf(stored.entity);
            const stays = order && (!over.includes(order.state) || (order.closedAt ?? 0) >= before);
            return stays ? [] : [going(id, order, at)];
          });
          went = parts.length;
          return { entities: parts.flatMap(({ entities }) => entities), rows: parts.flatMap((part) => part.rows) };
        },
      );
      gone += went;
    }
    return gone;
  };
  const photosGone = (id: string, last: number): readonly RowDelta[] =>
    Array.from({ length: last }, (_, n) => photoRow(orderPrefix + id, n + 1, null));

  return [
    {
      id: 'orders-closed',
      days: closedDays,
      name: (language) => orderWords(language)('keptClosed'),
      due: (before) => store.closedBefore(before),
      async remove(before, ids) {
        const lines = new Map(await Promise.all(ids.map(async (id) => [id, await store.steps(id)] as const)));
        return letGo(ids, before, (id, order, at) => {
          const urn = orderPrefix + id;
          const steps = lines.get(id) ?? [];
          return {
            entities: [{ op: 'forget', id: urn, at, past: 'all', ...(order && { becomes: null }) }],
            rows: [
              { table: 'work_order', key: { id }, row: null },
              assigneeRow(urn, undefined),
              ...steps.map(({ n }): RowDelta => ({ table: 'work_order_step', key: { work_order: id, n }, row: null })),
              ...photosGone(id, steps.filter(({ step }) => step === 'photo').length),
            ],
          };
        });
      },
    },
    {
      id: 'order-photos',
      days: photoDays,
      name: (language) => orderWords(language)('keptPhotos'),
      due: (before) => store.photosBefore(before),
      remove: (before, ids) =>
        letGo(ids, before, (id, order, at) => {
          if (!order) return { entities: [], rows: [] };
          const after = { ...order, photos: [] };
          return {
            entities: [orderDelta(order, after, at)],
            rows: [orderRow(after), ...photosGone(id, order.photoCount)],
          };
        }),
    },
  ];
}
