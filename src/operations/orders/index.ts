/** The door of work orders. */
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Broker } from '../../broker/index.ts';
import type { Module } from '../../http/index.ts';
import type { Site } from '../../ui/index.ts';
import type { Alarms } from '../alarms/index.ts';
import { orderPages, type Crew } from './http.ts';
import { keepSampleOrders } from './sample.ts';
import type { Orders, Permits } from './service.ts';

export { ordersOfAlarm, type Crew } from './http.ts';
export { orderKinds } from './keeping.ts';
export { openOrders, type Orders } from './service.ts';
export { orderTables } from './tables.ts';

const islandAt = (name: string): string => fileURLToPath(new URL(`pages/${name}.island.ts`, import.meta.url));
/** For `buildAssets`. */
export const orderIslands = { orders: islandAt('orders'), ordersWorker: islandAt('ordersWorker') };

/** How often it is looked whether what the orders of the sample city are about is there. */
const lookMs = 5_000;

/** Pages, forms and API of work orders; the sample city has some from the beginning. */
export function ordersModule(deps: {
  orders: Orders;
  alarms: Alarms;
  broker: Broker;
  site: Site;
  clock: Clock;
  log: Log;
  nameOf: (id: string) => string;
  permits: Permits;
  crews: () => readonly Crew[];
  sample: boolean;
  /** False for a command that only looks. */
  follows: boolean;
}): Module {
  const { orders, alarms, broker, clock, log, sample, follows } = deps;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<unknown> = Promise.resolve();
  const beganAt = clock.now();
  const look = async (): Promise<void> => {
    try {
      if (await keepSampleOrders({ orders, alarms, broker, beganAt, now: clock.now() })) clearInterval(timer);
    } catch (error) {
      log.error('the orders of the sample city could not be made', { error: String(error) });
    }
  };
  return {
    ...orderPages(deps),
    async start() {
      if (!follows) return;
      await orders.start();
      if (!sample) return;
      timer = setInterval(() => {
        looking = looking.then(look);
      }, lookMs);
      timer.unref();
    },
    async stop() {
      clearInterval(timer);
      await looking;
      await orders.stop();
    },
  };
}
