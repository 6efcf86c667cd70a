/**
 * Schedules at work: each switching instant is asked for once, across kills and restarts; of what was missed only the last one,
 * which still holds, is asked for.
 */
import type { Clock } from '../../base/clock.ts';
import { idOfWords } from '../../base/ids.ts';
import { Problem } from '../../base/problem.ts';
import type { Broker } from '../../broker/index.ts';
import type { City } from '../../city/index.ts';
import { systemPrincipal } from '../../http/index.ts';
import type { Commands } from './commands.ts';
import { durationMs } from './lifecycle.ts';
import { parseValue } from './parse.ts';
import type { Points } from './points.ts';
import { dueBetween, type Due } from './schedule.ts';
import type { ControlGroup, PointVersion, Schedule } from './schema.ts';
import type { Setting, Settings } from './settings.ts';
import { placeRow, type ControlStore } from './store.ts';

export type Schedules = {
  /** What is due until now. */
  pass(): Promise<void>;
  /** The next seven days. */
  preview(schedule: Schedule): readonly Due[];
  /** @throws Problem bad-data: no such group or point, a value that is not allowed */
  check(schedule: Schedule): void;
};

const dayMs = 86_400_000;

export function openSchedules(deps: {
  settings: Settings<Schedule>;
  groups: Settings<ControlGroup>;
  points: Points;
  commands: Pick<Commands, 'ask'>;
  store: ControlStore;
  broker: Pick<Broker, 'amend'>;
  city: Pick<City, 'center' | 'timeZone'>;
  clock: Clock;
}): Schedules {
  const { settings, groups, points, commands, store, broker, city, clock } = deps;
  const membersOf = ({ group, point }: Schedule): readonly PointVersion[] =>
    (group === undefined ? [point ?? ''] : (groups.find(group)?.value.points ?? [])).flatMap(
      (id) => points.find(id) ?? [],
    );

  const run = async ({ value: schedule, version, at }: Setting<Schedule>, now: number): Promise<void> => {
    const since = Math.max(at, (await store.schedulePlace(schedule.id)) ?? 0);
    const due = dueBetween(schedule, since, now, city).at(-1);
    if (!due) return;
    for (const { point } of membersOf(schedule)) {
      try {
        await commands.ask(systemPrincipal.id, point, {
          id: idOfWords('schedule', schedule.id, version, due.at, point.id),
          value: parseValue(point, due.value),
          expiresInMs: durationMs(point.expires),
          note: `${schedule.id} ${version}`,
        });
      } catch (error) {
        // One point whose limits have changed does not keep the others in the dark.
        if (!(error instanceof Problem)) throw error;
      }
    }
    await broker.amend(systemPrincipal, 0, [], { by: 'control' }, () => ({
      entities: [],
      rows: [placeRow(schedule.id, now)],
    }));
  };

  return {
    async pass() {
      const now = clock.now();
      for (const setting of settings.list()) if (setting.value.enabled) await run(setting, now);
    },
    preview: (schedule) => dueBetween(schedule, clock.now(), clock.now() + 7 * dayMs, city),
    check(schedule) {
      const all = membersOf(schedule);
      if (all.length === 0)
        throw new Problem(
          'bad-data',
          'none of its points may be commanded',
          schedule.group === undefined ? 'point' : 'group',
        );
      const given = [schedule.switchings, ...schedule.exceptions.map(({ switchings }) => switchings)].flat();
      given.forEach(({ value }, n) => {
        for (const { point } of all) {
          try {
            parseValue(point, value);
          } catch (error) {
            if (!(error instanceof Problem)) throw error;
            throw new Problem('bad-data', `${point.id}: ${error.message}`, `switchings[${n}].value`);
          }
        }
      });
    },
  };
}
