/** What goes when it is old: closed alarms with their story, and notes between shifts (docs/decisions/0042). */
import type { Broker } from '../../broker/index.ts';
import { systemPrincipal } from '../../http/index.ts';
import type { EntityDelta } from '../../ngsild/index.ts';
import type { RowDelta, Rows } from '../../store/ports.ts';
import type { RetentionKind } from '../../trust/index.ts';
import { alarmOf, alertPrefix } from './entity.ts';
import { alarmWords } from './pages/messages/index.ts';
import { alarmStore } from './store.ts';

/** Within three years somebody may claim for what an alarm was about. */
const closedDays = 1_096;
/** People wrote them to people. */
const handoverDays = 365;
const cause = { by: 'retention' };
/** Alarms of one record. */
const atOnce = 200;

export function alarmKinds({ broker, rows }: { broker: Broker; rows: Rows }): readonly RetentionKind[] {
  const store = alarmStore(rows);

  /** @returns how many went: one that was opened again stays */
  const removeClosed = async (ids: readonly string[], before: number): Promise<number> => {
    const urns = ids.map((id) => alertPrefix + id);
    const lines = new Map(await Promise.all(ids.map(async (id) => [id, await store.steps(id)] as const)));
    let gone = 0;
    await broker.amend(systemPrincipal, 0, urns, cause, (looked, at) => {
      const entities: EntityDelta[] = [];
      const deltas: RowDelta[] = [];
      gone = 0;
      for (const id of ids) {
        const urn = alertPrefix + id;
        const stored = looked.get(urn);
        const alarm = stored && alarmOf(stored.entity);
        if (alarm && (alarm.state !== 'closed' || (alarm.closedAt ?? 0) >= before)) continue;
        gone++;
        entities.push({ op: 'forget', id: urn, at, past: 'all', ...(stored && { becomes: null }) });
        deltas.push({ table: 'alarm', key: { id }, row: null });
        const last = Math.max(alarm?.stepCount ?? 0, ...(lines.get(id) ?? []).map(({ n }) => n));
        for (let n = 1; n <= last; n++) deltas.push({ table: 'alarm_step', key: { alarm: id, n }, row: null });
      }
      return { entities, rows: deltas };
    });
    return gone;
  };

  return [
    {
      id: 'alarms-closed',
      days: closedDays,
      name: (language) => alarmWords(language)('keptClosed'),
      due: (before) => store.closedBefore(before),
      async remove(before, ids) {
        let gone = 0;
        for (let n = 0; n < ids.length; n += atOnce) gone += await removeClosed(ids.slice(n, n + atOnce), before);
        return gone;
      },
    },
    {
      id: 'alarm-handovers',
      days: handoverDays,
      name: (language) => alarmWords(language)('keptHandovers'),
      due: (before) => store.handoversBefore(before),
      async remove(_before, ids) {
        const deltas = ids.map((id): RowDelta => ({ table: 'alarm_handover', key: { id }, row: null }));
        await broker.amend(systemPrincipal, 0, [], cause, () => ({ entities: [], rows: deltas }));
        return ids.length;
      },
    },
  ];
}
