/** Commands to groups: the exact list is shown and confirmed before anything is asked of a device. */
import type { Clock } from '../../base/clock.ts';
import { idOfWords, type NewId } from '../../base/ids.ts';
import { Problem } from '../../base/problem.ts';
import { oneAtATime } from '../../base/queue.ts';
import type { Broker } from '../../broker/index.ts';
import { systemPrincipal, type Principal, type Resource } from '../../http/index.ts';
import type { Commands } from './commands.ts';
import { durationMs } from './lifecycle.ts';
import { parseValue } from './parse.ts';
import type { Points } from './points.ts';
import { confirmMs, type Batch, type CommandRequest, type ControlGroup, type PointVersion } from './schema.ts';
import type { Settings } from './settings.ts';
import { batchRow, type ControlStore } from './store.ts';

export type Groups = {
  /** The points of a group that may be commanded. */
  members(group: ControlGroup): readonly PointVersion[];
  /** Nothing is sent until it is confirmed. @throws Problem not-found, forbidden (one of its districts), bad-data */
  request(who: Principal, group: string, ask: CommandRequest): Promise<Batch>;
  /** @throws Problem not-found, forbidden (the same person, a district), conflict (over, or the list has changed) */
  confirm(who: Principal, batch: string): Promise<Batch>;
  /** @throws Problem not-found, forbidden, conflict */
  cancel(who: Principal, batch: string): Promise<Batch>;
  /** @throws Problem not-found */
  get(batch: string): Promise<Batch>;
  /** Ends what was not confirmed in time, and finishes what was confirmed before the process ended. */
  settle(): Promise<void>;
};

export function openGroups(deps: {
  settings: Settings<ControlGroup>;
  points: Points;
  commands: Pick<Commands, 'ask'>;
  store: ControlStore;
  broker: Pick<Broker, 'amend'>;
  clock: Clock;
  newId: NewId;
  permits: (who: Principal, action: 'controlDevices', resource: Resource) => boolean;
}): Groups {
  const { settings, points, commands, store, broker, clock, newId, permits } = deps;
  const inTurn = oneAtATime();
  const members = (group: ControlGroup): readonly PointVersion[] => group.points.flatMap((id) => points.find(id) ?? []);
  const demandAll = (who: Principal, all: readonly PointVersion[]): void => {
    for (const { point } of all)
      if (!permits(who, 'controlDevices', { type: 'Area', id: point.district ?? '' }))
        throw new Problem('forbidden', `you may not control devices where ${point.id} stands`, 'point');
  };
  const write = async (batch: Batch): Promise<Batch> => {
    await broker.amend(systemPrincipal, 0, [], { by: 'control' }, () => ({ entities: [], rows: [batchRow(batch)] }));
    return batch;
  };
  const get = async (id: string): Promise<Batch> => {
    const found = await store.batch(id);
    if (!found) throw new Problem('not-found', `nothing of that kind was asked of a group: ${id}`, 'id');
    return found;
  };
  const open = async (id: string): Promise<Batch> => {
    const batch = await get(id);
    if (batch.state !== 'confirming') throw new Problem('conflict', `it is ${batch.state}`, 'id');
    if (clock.now() < batch.expiresAt) return batch;
    await write({ ...batch, state: 'expired' });
    throw new Problem('conflict', 'it is expired', 'id');
  };
  const membersOf = (batch: Batch): readonly PointVersion[] => batch.points.flatMap(([id]) => points.find(id) ?? []);

  /** Each point has one command of a batch, however often this is done. */
  const fanOut = async (batch: Batch): Promise<Batch> => {
    const decidedAt = batch.decidedAt ?? 0;
    for (const [id, version] of batch.points) {
      const found = points.find(id);
      const expiresInMs = found ? decidedAt + durationMs(found.point.expires) - clock.now() : 0;
      if (!found || found.version !== version || expiresInMs <= 0) continue;
      await commands.ask(batch.by, found.point, {
        id: idOfWords('batch', batch.id, id),
        value: batch.value,
        expiresInMs,
        batch: batch.id,
        ...(batch.note !== undefined && { note: batch.note }),
      });
    }
    return write({ ...batch, done: true });
  };

  return {
    members,
    get,
    async request(who, id, { value: given, key, note }) {
      const { value: group, version } = settings.get(id);
      const all = members(group);
      demandAll(who, all);
      const [first] = all;
      if (!first) throw new Problem('conflict', 'none of its points may be commanded', 'id');
      const value = parseValue(first.point, given);
      for (const { point } of all) parseValue(point, value);
      const batch = key === undefined ? newId() : idOfWords('batch', who.id, key);
      return inTurn(async () => {
        const known = await store.batch(batch);
        if (known) return known;
        const now = clock.now();
        return write({
          id: batch,
          group: id,
          groupVersion: version,
          points: all.map(({ point, version: of }) => [point.id, of]),
          value,
          ...(note !== undefined && { note }),
          state: 'confirming',
          by: who.id,
          requestedAt: now,
          expiresAt: now + confirmMs,
          done: false,
        });
      });
    },
    confirm: (who, id) =>
      inTurn(async () => {
        const batch = await open(id);
        const all = membersOf(batch);
        demandAll(who, all);
        const group = settings.get(batch.group);
        const now = members(group.value).map(({ point, version }) => [point.id, version]);
        if (JSON.stringify(now) !== JSON.stringify(batch.points))
          throw new Problem('conflict', 'the list has changed since it was asked for', 'points');
        // Without accounts nobody is another person.
        if (group.value.confirmation === 'other' && who.kind !== 'anonymous' && who.id === batch.by)
          throw new Problem('forbidden', 'another person has to confirm it', 'id');
        return fanOut(await write({ ...batch, state: 'confirmed', decidedBy: who.id, decidedAt: clock.now() }));
      }),
    cancel: (who, id) =>
      inTurn(async () => {
        const batch = await open(id);
        demandAll(who, membersOf(batch));
        return write({ ...batch, state: 'cancelled', decidedBy: who.id, decidedAt: clock.now() });
      }),
    settle: () =>
      inTurn(async () => {
        for (const batch of await store.unsettledBatches(clock.now()))
          await (batch.state === 'confirming' ? write({ ...batch, state: 'expired' }) : fanOut(batch));
      }),
  };
}
