import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from './index.ts';
import { startCity } from './lib/city.ts';

const live = 300_000;
const batch = 1000;

/** P9: resident memory of the demo city with its year of past written, and of a city with 300,000 live entities. */
export const p9: Bench = {
  name: 'P9 memory',
  async run() {
    const demo = await startCity(['--demo']);
    await pastWritten(demo.url);
    await fetch(`${demo.url}/`).then((page) => page.text());
    await sleep(5000);
    const demoMb = Math.round(demo.rssMb());
    await demo.stop();

    const city = await startCity();
    for (let at = 0; at < live; at += batch) {
      const entities = Array.from({ length: batch }, (_, n) => entity(at + n));
      const answer = await fetch(`${city.url}/ngsi-ld/v1/entityOperations/create`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(entities),
      });
      await answer.arrayBuffer();
      if (answer.status !== 201) throw new Error(`entities from ${at} on were not made: ${answer.status}`);
    }
    const query =
      'type=Lamp&q=power%3E90&georel=near;maxDistance%3D%3D1000&geometry=Point&coordinates=[68.8,38.5]&limit=100&count=true';
    const found = await fetch(`${city.url}/ngsi-ld/v1/entities?${query}`);
    await found.arrayBuffer();
    await sleep(5000);
    const liveMb = Math.round(city.rssMb());
    await city.stop();
    return { bar: 'demo city <= 300 MB; 300,000 entities live <= 1,024 MB', demoMb, liveMb };
  },
};

/** The simulator writes the past in the background; it is done when history stops growing. */
async function pastWritten(url: string): Promise<void> {
  let known = -1;
  for (;;) {
    await sleep(3000);
    const text = await (await fetch(`${url}/metrics`)).text();
    const rows = Number(/^chorsu_history_instances_total (\d+)/m.exec(text)?.[1] ?? 0);
    // The live city goes on with some tens of values a second.
    if (known > 0 && rows - known < 1000) return;
    known = rows;
  }
}

const entity = (n: number) => ({
  id: `urn:ngsi-ld:Lamp:${n}`,
  type: 'Lamp',
  name: { type: 'Property', value: `Lamp ${n} of the avenue number ${n % 500}` },
  state: { type: 'Property', value: n % 3 === 0 ? 'on' : 'off', observedAt: '2026-11-22T07:00:00Z' },
  power: { type: 'Property', value: n % 120, unitCode: 'WTT', observedAt: '2026-11-22T07:00:00Z' },
  location: {
    type: 'GeoProperty',
    value: { type: 'Point', coordinates: [68.7 + (n % 1000) / 5000, 38.4 + n / 1_500_000] },
  },
});
