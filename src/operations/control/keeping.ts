/** What goes when it is old: commands that have ended with their steps, and what was asked of groups (docs/decisions/0039). */
import type { Broker } from '../../broker/index.ts';
import { systemPrincipal } from '../../http/index.ts';
import type { RowDelta, Rows } from '../../store/ports.ts';
import type { RetentionKind } from '../../trust/index.ts';
import { controlWords } from './pages/messages/index.ts';
import { commandGone, batchGone, controlStore } from './store.ts';

/** Within three years somebody may claim for what a command did. */
const endedDays = 1_096;
const cause = { by: 'retention' };
/** Commands of one record. */
const atOnce = 200;

/** What a point was last told stays, since it is what the point is wanted to be; so no command goes that is still looked at. */
export function controlKinds({ broker, rows }: { broker: Broker; rows: Rows }): readonly RetentionKind[] {
  const store = controlStore(rows);
  return [
    {
      id: 'commands-ended',
      days: endedDays,
      name: (language) => controlWords(language)('keptEnded'),
      due: async (before) => [...(await store.endedBefore(before)), ...(await store.batchesBefore(before))],
      async remove(_before, ids) {
        for (let n = 0; n < ids.length; n += atOnce) {
          const some = ids.slice(n, n + atOnce);
          const deltas = await Promise.all(
            some.map(async (id): Promise<readonly RowDelta[]> => {
              const command = await store.find(id);
              return command ? commandGone(command) : [batchGone(id)];
            }),
          );
          await broker.amend(systemPrincipal, 0, [], cause, () => ({ entities: [], rows: deltas.flat() }));
        }
        return ids.length;
      },
    },
  ];
}
