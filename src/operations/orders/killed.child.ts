/**
 * Opens the city in a directory and does, through its services, what a dispatcher and a crew do: an alarm, an order made from
 * it, each act with an id as a phone gives it. Says each that was acknowledged; may kill itself some moments after it has begun.
 */
import { silentLog } from '../../base/log.ts';
import { systemClock } from '../../base/clock.ts';
import { systemPrincipal } from '../../http/principal.ts';
import '../../tsx.ts';
import { killedActs, killedKey, killedOrders, smallPhoto } from './killed.fixture.ts';

const [, , data = '', momentMs = '0'] = process.argv;
const { openTestCity } = await import('../../../test/fixtures/testCity.ts');
const { openAlarms } = await import('../alarms/index.ts');
const { openOrders } = await import('./service.ts');

const city = await openTestCity({ data, housekeeping: false });
const { broker, store } = city;
const shared = {
  broker,
  rows: store.rows,
  files: store.files,
  city: city.city,
  clock: systemClock,
  log: silentLog,
  nameOf: (id: string) => id,
  permits: () => true,
};
const alarms = openAlarms(shared);
const orders = openOrders({ ...shared, alarms });
const photo = smallPhoto();
process.stdout.write('begun\n');
if (momentMs !== '0') setTimeout(() => process.kill(process.pid, 'SIGKILL'), Number(momentMs));

const who = systemPrincipal;
for (let n = 0; n < killedOrders; n++) {
  const known = await alarms.list(who, { show: 'open' }, { limit: 1000, offset: 0 });
  const title = `alarm ${n}`;
  const alarm =
    known.alarms.find((one) => one.title['en'] === title)?.id ??
    (await alarms.raise(who, { title: { en: title }, priority: 2 }));
  const draft = { alarm: `urn:ngsi-ld:Alert:${alarm}`, crew: 'Water 1' };
  const id = await orders.make(who, draft, killedKey(n, 0));
  process.stdout.write(`${killedKey(n, 0)}\n`);
  for (const [step, act] of killedActs.entries()) {
    const sent = { act: killedKey(n, step + 1) };
    if (act.step === 'photo') await orders.addPhoto(who, id, photo, undefined, sent);
    else await orders.act(who, id, act, sent);
    process.stdout.write(`${sent.act}\n`);
  }
}

const { orders: listed } = await orders.list(who, { show: 'all' }, { limit: 1000, offset: 0 });
const told = await Promise.all(
  listed.map(async ({ id }) => {
    const { order, steps } = await orders.get(who, id);
    const alarm = await alarms.get(who, (order.alarm ?? '').slice('urn:ngsi-ld:Alert:'.length));
    return {
      state: order.state,
      steps: steps.map(({ step }) => step),
      acts: steps.flatMap(({ act }) => act ?? []),
      alarm: alarm.steps.map(({ step }) => step),
      photo: (await orders.photo(who, id, 1)).length,
    };
  }),
);
process.stdout.write(`${JSON.stringify(told)}\n`);
await city.close();
