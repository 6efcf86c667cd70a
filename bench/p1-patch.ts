import { startChild } from './lib/child.ts';
import { startCity } from './lib/city.ts';
import { hasWrk, wrk, type WrkResult } from './lib/wrk.ts';
import type { Bench } from './index.ts';

const entities = 1000;

/** One changing value of one of 1,000 sensors; the generator is seeded, so every run asks the same. */
const patch = (attribute: boolean): string => `
math.randomseed(7)
wrk.headers["Content-Type"] = "application/json"
request = function()
  local n = math.random(0, ${entities - 1})
  local value = math.random(0, 10000) / 100
  return wrk.format(${attribute ? '"PATCH"' : '"POST"'}, ${attribute ? '"/ngsi-ld/v1/entities/urn:ngsi-ld:Sensor:" .. n .. "/attrs"' : '"/"'},
    nil, '{"temperature":{"type":"Property","value":' .. value .. ',"unitCode":"CEL","observedAt":"2026-11-22T07:00:00.000Z"}}')
end`;

export const sensor = (n: number): { id: string; type: string } => ({ id: `urn:ngsi-ld:Sensor:${n}`, type: 'Sensor' });

export async function makeSensors(url: string): Promise<void> {
  const batch = Array.from({ length: entities }, (_, n) => ({
    ...sensor(n),
    temperature: { type: 'Property', value: 0, unitCode: 'CEL', observedAt: '2026-11-22T06:00:00.000Z' },
    location: { type: 'GeoProperty', value: { type: 'Point', coordinates: [68.77, 38.56] } },
  }));
  const made = await fetch(`${url}/ngsi-ld/v1/entityOperations/create`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(batch),
  });
  if (made.status !== 201) throw new Error(`the sensors were not made: ${made.status} ${await made.text()}`);
}

export const patchSensors = (url: string, seconds: number): WrkResult => wrk(url, patch(true), seconds);

/** P1: durable single-attribute PATCH over HTTP, as a share of what bare node:http answers in the same run. */
export const p1: Bench = {
  name: 'P1 PATCH of one attribute, 64 keep-alive clients, durable acknowledgement',
  async run({ seconds }) {
    if (!hasWrk()) return { skipped: 'wrk is not installed (Debian package wrk)' };
    const bare = await startChild(['bench/lib/bare-server.ts'], 'bare server on ');
    wrk(bare.told, patch(false), 2);
    const ceiling = wrk(bare.told, patch(false), seconds);
    await bare.stop();
    const city = await startCity();
    await makeSensors(city.url);
    patchSensors(city.url, 2);
    const ours = patchSensors(city.url, seconds);
    const rssMb = city.rssMb();
    await city.stop();
    return {
      bar: '>= 0.6 x bare node:http POST (floor 0.3); p99 < 20 ms',
      ratio: round(ours.perSecond / ceiling.perSecond),
      perSecond: Math.round(ours.perSecond),
      p50Ms: ours.p50Ms,
      p99Ms: ours.p99Ms,
      failed: ours.failed,
      barePerSecond: Math.round(ceiling.perSecond),
      rssMb: Math.round(rssMb),
    };
  },
};

const round = (value: number): number => Math.round(value * 1000) / 1000;
