import { setTimeout as sleep } from 'node:timers/promises';
import { hitDerivation } from '../src/broker/index.ts';
import type { Entity } from '../src/ngsild/entity.ts';
import { startChild } from './lib/child.ts';
import { median } from './lib/median.ts';
import { startCity } from './lib/city.ts';
import { hasWrk } from './lib/wrk.ts';
import { makeSensors, patchSensors, sensor } from './p1-patch.ts';
import { publishTelemetry, telemetryMapping } from './p3-mqtt.ts';
import type { Bench } from './index.ts';

const subscriptions = 1_000;
const rounds = 5;

type Thing = { readonly id: string; readonly type: string };
const gate = (n: number): Thing => ({ id: `urn:ngsi-ld:Gate:${n}`, type: 'Gate' });

/** What each subscription of a city is about: `none`, nothing that changes, and for one in ten one of the things that do. */
const kinds = {
  none: [],
  others: Array.from({ length: subscriptions }, (_, n) => gate(n)),
  some: Array.from({ length: subscriptions }, (_, n) => {
    if (n % 10 > 0) return gate(n);
    return n < 100 ? { id: `urn:ngsi-ld:Bench:${n}`, type: 'Bench' } : sensor(n);
  }),
} satisfies Record<string, readonly Thing[]>;

/** Main thread and whole process, us per write, one for each round. */
type Costs = { readonly main: number[]; readonly all: number[] };

/**
 * What subscriptions cost those who write: P1 and P3 in turns against cities with and without them. Processor time per
 * write rather than writes per second, which on a shared machine says more of the others.
 */
export const p5Writes: Bench = {
  name: 'P5w writes beside 1,000 subscriptions, in processor time, as a share of writes beside none',
  async run({ seconds }) {
    if (!hasWrk()) return { skipped: 'wrk is not installed (Debian package wrk)' };
    // A process of its own: wrk is waited for here.
    const receiver = await startChild(['bench/lib/bare-server.ts'], 'bare server on ');
    const mapping = telemetryMapping();
    const cities = await Promise.all(
      Object.entries(kinds).map(async ([kind, things]) => {
        const city = await startCity(['--mapping', mapping.file]);
        await makeSensors(city.url);
        for (const thing of things) await subscribe(city.url, thing, receiver.told);
        return { kind, city, patch: { main: [], all: [] } as Costs, telemetry: { main: [], all: [] } as Costs };
      }),
    );
    const each = Math.max(2, Math.round(seconds / 3));
    for (const { city } of cities) {
      patchSensors(city.url, 2);
      await publishTelemetry(city.mqttPort, 2);
    }
    for (let round = 0; round < rounds; round++) {
      for (const { city, patch, telemetry } of [...cities.slice(round % 3), ...cities.slice(0, round % 3)]) {
        await idle(city);
        const before = city.cpuMs();
        const { requests } = patchSensors(city.url, each);
        const between = await idle(city);
        note(patch, before, between, requests);
        const { messages } = await publishTelemetry(city.mqttPort, each);
        note(telemetry, between, await idle(city), messages);
      }
    }
    const [none, others, some] = cities;
    const notifications = await delivered(some?.city.url ?? '');
    for (const { city } of cities) await city.stop();
    await receiver.stop();
    mapping.remove();
    const told = (what: 'patch' | 'telemetry', thread: 'main' | 'all'): string => {
      const [a, b, c] = [none, others, some].map((one) => median(one?.[what][thread]));
      if (a === undefined || b === undefined || c === undefined) return '';
      const ratio = (one: number): string => (one / a).toFixed(2);
      return `${a.toFixed(1)}, ${b.toFixed(1)}, ${c.toFixed(1)} us; ${ratio(b)}, ${ratio(c)}`;
    };
    return {
      bar: 'a change that concerns no subscription costs less than 5 % more',
      columns: 'beside none, 1,000 others, 1,000 of which some match; the last two as a share of the first',
      'PATCH, main thread': told('patch', 'main'),
      'PATCH, whole process': told('patch', 'all'),
      'MQTT message, main thread': told('telemetry', 'main'),
      'MQTT message, whole process': told('telemetry', 'all'),
      notifications,
      ...matching(),
    };
  },
};

/** What the derivation alone takes for a change that concerns nobody, ns. */
function matching(): Record<string, string> {
  const take = (things: readonly Thing[]): number => {
    const derivation = hitDerivation();
    for (const { id, type } of things) {
      const document = JSON.stringify({
        id: `urn:s:${id}`,
        entities: [{ ids: [id], type: { node: 'type', iri: type } }],
      });
      derivation.row({ table: 'ngsi_subscription', key: { tenant: 0, id: `urn:s:${id}` }, row: { document } }, place);
    }
    const times = 1_000_000;
    const begun = performance.now();
    for (let n = 0; n < times; n++) derivation.entity(before, after, place, () => undefined);
    return ((performance.now() - begun) * 1e6) / times;
  };
  const place = { tenant: 0, seq: 1, at: 0, place: 0 };
  const at = '2026-11-22T07:00:00.000Z';
  const entity = (value: number): Entity => ({
    ...sensor(1),
    type: ['Sensor'],
    createdAt: at,
    modifiedAt: at,
    attrs: { temperature: [{ type: 'Property', value, modifiedAt: at }] },
  });
  const [before, after] = [entity(1), entity(2)];
  take(kinds.others);
  return {
    'matching alone, ns, beside none and 1,000 others': `${take([]).toFixed(0)}, ${take(kinds.others).toFixed(0)}`,
  };
}

type Cpu = { readonly main: number; readonly all: number };

function note(costs: Costs, from: Cpu, to: Cpu, writes: number): void {
  costs.main.push(((to.main - from.main) * 1000) / writes);
  costs.all.push(((to.all - from.all) * 1000) / writes);
}

/** Resolves when a city has done what is left to do. */
async function idle(city: { cpuMs(): Cpu }): Promise<Cpu> {
  for (let before = city.cpuMs(); ;) {
    await sleep(1_000);
    const now = city.cpuMs();
    if (now.all - before.all < 100) return now;
    before = now;
  }
}

async function subscribe(url: string, { id, type }: Thing, uri: string): Promise<void> {
  const answer = await fetch(`${url}/ngsi-ld/v1/subscriptions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'Subscription', entities: [{ id, type }], notification: { endpoint: { uri } } }),
  });
  if (!answer.ok) throw new Error(`no subscription: ${answer.status} ${await answer.text()}`);
}

async function delivered(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/chorsu_notifications_total\{outcome="delivered"\} (\d+)/.exec(text)?.[1] ?? 0);
}
