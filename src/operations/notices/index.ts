/** The door of notices to residents. */
import type { Clock } from '../../base/clock.ts';
import { randomId } from '../../base/ids.ts';
import type { Log } from '../../base/log.ts';
import type { Broker } from '../../broker/index.ts';
import type { City } from '../../city/index.ts';
import type { Action, Module, Principal, Resource } from '../../http/index.ts';
import type { Rows } from '../../store/ports.ts';
import type { Site } from '../../ui/index.ts';
import { noticePages } from './http.ts';
import { keepSampleNotice } from './sample.ts';
import { noticeService } from './service.ts';

export { noticeKinds } from './keeping.ts';
export { noticeTables } from './store.ts';

/** How late an entity may learn that its notice has come into force or is over; pages and feeds know at once. */
const settleMs = 5_000;

/** Pages, feeds and API of notices, and the clock that settles them. */
export function noticeModule(deps: {
  broker: Broker;
  rows: Rows;
  city: City;
  site: Site;
  clock: Clock;
  log: Log;
  nameOf: (id: string) => string;
  permits: (who: Principal, action: Action, resource?: Resource) => boolean;
  url: () => string;
  /** The sample city keeps one in force. */
  sample: boolean;
  /** False for a command that opens the directory to look: nothing is written then. */
  follows: boolean;
}): Module {
  const { broker, rows, city, site, clock, log, nameOf, permits, url, sample, follows } = deps;
  const notices = noticeService({ broker, rows, city, clock, newId: randomId, permits });
  let running: Promise<unknown> = Promise.resolve();
  let busy = false;
  let timer: NodeJS.Timeout | undefined;
  const settle = async (): Promise<void> => {
    await notices.settle();
    if (sample) await keepSampleNotice(notices, city, clock);
  };
  const beat = (): void => {
    if (busy) return;
    busy = true;
    running = settle()
      .catch((error: unknown) => log.error('notices could not be settled', { error: String(error) }))
      .finally(() => {
        busy = false;
      });
  };
  return {
    ...noticePages({ notices, site, url, nameOf }),
    async start() {
      if (!follows) return;
      beat();
      await running;
      timer = setInterval(beat, settleMs);
    },
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
