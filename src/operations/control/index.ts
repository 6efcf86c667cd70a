/** The door of control: the tables, the ways to devices, and the module. */
import type { Clock } from '../../base/clock.ts';
import { randomId } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import type { Metrics } from '../../base/metrics.ts';
import type { Broker } from '../../broker/index.ts';
import type { City } from '../../city/index.ts';
import { systemPrincipal, type Action, type Module, type Principal, type Resource } from '../../http/index.ts';
import type { Rows } from '../../store/ports.ts';
import type { Site } from '../../ui/index.ts';
import type { Alarms } from '../alarms/index.ts';
import { attentionOf } from './attention.ts';
import { openCommands } from './commands.ts';
import { controlPages } from './http.ts';
import { parseGroup, parsePoints } from './parse.ts';
import { openPoints } from './points.ts';
import type { CommandDoor } from './schema.ts';
import { controlStore } from './store.ts';
import { openGroups } from './groups.ts';
import { openSchedules } from './schedules.ts';
import { openSettings } from './settings.ts';
import { openStandings } from './standings.ts';
import type { ControlGroup, Schedule } from './schema.ts';
import { controlWords } from './pages/messages/index.ts';
import { controlViews } from './views.ts';

/** How late a schedule may switch. */
const beatMs = 1_000;

export { controlKinds } from './keeping.ts';
export { commandDoor, type TopicDoor } from './doors.ts';
export { controlTables } from './store.ts';

export type Control = Module & {
  /** Puts the points of a sample on the list, unless they were there once. @param file as export writes it */
  offer(file: unknown): Promise<void>;
  /** Whether something that may be commanded is the entity, or belongs to it. */
  readonly controls: (who: Principal, entity: string) => Promise<boolean>;
};

/** @param follows false for a command that only looks: nothing is sent then */
export function controlModule(deps: {
  broker: Broker;
  rows: Rows;
  city: City;
  site: Site;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  door: CommandDoor;
  alarms: Pick<Alarms, 'ids' | 'decide'>;
  nameOf: (id: string) => string;
  permits: (who: Principal, action: Action, resource?: Resource) => boolean;
  follows: boolean;
}): Control {
  const { rows, clock, follows } = deps;
  const store = controlStore(rows);
  const points = openPoints({ ...deps, store });
  const commands = openCommands({ ...deps, store, points, newId: randomId, attention: attentionOf(deps.alarms) });
  const standings = openStandings({ ...deps, points });
  const views = controlViews({ ...deps, store, points, commands, standings, now: () => clock.now() });
  const kept = { ...deps, store, points, commands };
  const groups = openSettings<ControlGroup>('group', kept);
  const scheduled = openSettings<Schedule>('schedule', kept);
  const batches = openGroups({ ...kept, settings: groups, newId: randomId });
  const schedules = openSchedules({ ...kept, settings: scheduled, groups });
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();
  let busy = false;
  const beat = (): void => {
    if (busy) return;
    busy = true;
    running = batches
      .settle()
      .then(() => schedules.pass())
      .catch((error: unknown) => deps.log.error('schedules could not go on', { error: String(error) }))
      .finally(() => {
        busy = false;
      });
  };
  const controls: Control['controls'] = async (who, entity) =>
    (await views.matching(who, { show: 'all', entity })).length > 0;
  return {
    ...controlPages({ ...deps, points, commands, views, together: { groups, batches, scheduled, schedules, store } }),
    async thing({ id, language, who }) {
      if (!deps.permits(who, 'controlDevices') || !(await controls(who, id))) return [];
      return [{ href: `/console/control?entity=${encodeURIComponent(id)}`, text: controlWords(language)('title') }];
    },
    async start() {
      await points.load();
      await groups.load();
      await scheduled.load();
      if (!follows) return;
      await commands.start();
      standings.start();
      timer = setInterval(beat, beatMs);
    },
    async stop() {
      clearInterval(timer);
      await running;
      await standings.stop();
      await commands.stop();
    },
    controls,
    async offer(file) {
      const known = (id: string): boolean => {
        try {
          return points.versions(id).length > 0;
        } catch {
          return false;
        }
      };
      const { points: all, groups: some = [] } = file as { points: unknown; groups?: readonly unknown[] };
      const fresh = parsePoints({ points: all }).filter(({ id }) => !known(id));
      if (fresh.length > 0) await points.take(systemPrincipal, fresh, '');
      for (const group of some.map(parseGroup))
        if (!groups.known(group.id)) await groups.set(systemPrincipal, group, { version: 0, why: '' });
    },
  };
}
