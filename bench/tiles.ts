/**
 * Measures map tiles through HTTP: a city of 60,000 street lines and 300,000 entities, both invented from a fixed seed.
 * Prints how long the first tile of a layer takes, tiles after that, how long the main thread was held, and memory.
 * Usage: node --import ./src/tsx.ts bench/tiles.ts [streets] [entities]
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { silentLog } from '../src/base/log.ts';
import { seededRandom } from '../src/base/random.ts';
import type { EntityDelta } from '../src/ngsild/entity.ts';
import { openPlatform } from '../src/platform.ts';

const [streets = 60_000, entities = 300_000] = process.argv.slice(2).map(Number);
const random = seededRandom(7);
const between = (from: number, to: number): number => from + random.next() * (to - from);
const [west, south, east, north] = [68.6, 38.4, 69, 38.7];
const place = (): [number, number] => [between(west, east), between(south, north)];

const directory = await mkdtemp(join(tmpdir(), 'chorsu-bench-'));
const names = Array.from({ length: 3000 }, (_, i) => ({ tg: `кӯчаи ${i}`, ru: `улица ${i}`, en: `Street ${i}` }));
const collection = (features: unknown[]): string => JSON.stringify({ type: 'FeatureCollection', features });
const lines = Array.from({ length: streets }, (_, i) => {
  let [x, y] = place();
  const coordinates = [[x, y]];
  for (let n = 0; n < 8; n++) coordinates.push([(x += between(-5e-4, 7e-4)), (y += between(-5e-4, 7e-4))]);
  const name = names[i % names.length];
  return {
    type: 'Feature',
    properties: {
      id: `s${i}`,
      kind: i % 20 === 0 ? 'avenue' : i % 3 === 0 ? 'street' : 'lane',
      'name:tg': name?.tg,
      'name:ru': name?.ru,
      'name:en': name?.en,
    },
    geometry: { type: 'LineString', coordinates },
  };
});
const frame = [
  [west, south],
  [east, south],
  [east, north],
  [west, north],
  [west, south],
];
await writeFile(
  join(directory, 'districts.geojson'),
  collection([
    { type: 'Feature', properties: { id: 'd', 'name:en': 'All' }, geometry: { type: 'Polygon', coordinates: [frame] } },
  ]),
);
await writeFile(join(directory, 'streets.geojson'), collection(lines));
await writeFile(
  join(directory, 'city.json'),
  JSON.stringify({
    id: 'bench',
    name: { en: 'Bench' },
    languages: ['tg', 'ru', 'en'],
    timeZone: 'Asia/Dushanbe',
    lawPack: 'TJ',
    watches: 'default',
    files: { districts: 'districts.geojson', streets: 'streets.geojson' },
  }),
);

const city = await openPlatform(
  {
    host: '127.0.0.1',
    port: 0,
    mqttHost: '127.0.0.1',
    data: join(directory, 'data'),
    city: directory,
    demo: false,
    mappings: [],
    historyMemoryMb: 256,
    temporalPage: 20_000,
  },
  { log: silentLog },
);
const at = new Date().toISOString();
const stamp = { createdAt: at, modifiedAt: at };
const iri = (name: string): string => `https://uri.etsi.org/ngsi-ld/default-context/${name}`;
for (let from = 0; from < entities; from += 5000) {
  const batch = Array.from({ length: Math.min(5000, entities - from) }, (_, i): EntityDelta => ({
    op: 'put',
    entity: {
      id: `urn:ngsi-ld:Lamp:${from + i}`,
      type: [iri('Lamp')],
      ...stamp,
      attrs: {
        'https://uri.etsi.org/ngsi-ld/location': [
          { type: 'GeoProperty', value: { type: 'Point', coordinates: place() }, ...stamp },
        ],
        [iri('power')]: [{ type: 'Property', value: 100, unitCode: 'WTT', ...stamp }],
      },
    },
  }));
  await city.store.writer.commit({ tenant: 0, cause: { by: 'bench' }, entities: batch, rows: [] });
}
await city.store.writer.applied();

const mb = (): number => Math.round(process.memoryUsage().rss / 2 ** 20);
const tileOf = (z: number): string => {
  const [long, lat] = place();
  const sine = Math.sin((lat * Math.PI) / 180);
  const x = Math.floor((long / 360 + 0.5) * 2 ** z);
  const y = Math.floor((0.5 - (0.25 * Math.log((1 + sine) / (1 - sine))) / Math.PI) * 2 ** z);
  return `${z}/${x}/${y}.mvt`;
};
const get = async (path: string): Promise<{ ms: number; bytes: number; zipped: number }> => {
  const from = performance.now();
  const response = await fetch(`${city.url}/api/tiles/${path}`);
  const bytes = (await response.arrayBuffer()).byteLength;
  return { ms: performance.now() - from, bytes, zipped: Number(response.headers.get('content-length')) };
};
const part = (list: readonly number[], share: number): number => list[Math.floor(list.length * share)] ?? 0;

console.log(`machine: ${cpus().length} x ${cpus()[0]?.model ?? ''}, Node ${process.versions.node}`);
for (const [layer, count] of [
  ['city', streets],
  ['Lamp', entities],
] as const) {
  const before = mb();
  const held = monitorEventLoopDelay({ resolution: 1 });
  held.enable();
  const first = await get(`${layer}/${tileOf(10)}`);
  held.disable();
  console.log(`\n${layer}: ${count}`);
  console.log(
    `  first tile (index and all): ${Math.round(first.ms)} ms, main thread held at most ${Math.round(held.max / 1e6)} ms (p99 ${Math.round(held.percentile(99) / 1e6)} ms)`,
  );
  for (const z of [8, 10, 11, 12, 13, 14, 16, 18]) {
    const tiles: { ms: number; bytes: number; zipped: number }[] = [];
    for (let i = 0; i < 150; i++) tiles.push(await get(`${layer}/${tileOf(z)}`));
    const times = tiles.map(({ ms }) => ms).sort((a, b) => a - b);
    const largest = tiles.reduce((max, tile) => (tile.bytes > max.bytes ? tile : max));
    console.log(
      `  zoom ${z}: p50 ${part(times, 0.5).toFixed(1)} ms, p95 ${part(times, 0.95).toFixed(1)} ms; largest ${Math.round(largest.bytes / 1000)} KB, ${Math.round(largest.zipped / 1000)} KB zipped`,
    );
  }
  console.log(`  memory: ${before} MB before, ${mb()} MB after`);
}
await city.stop();
await rm(directory, { recursive: true });
