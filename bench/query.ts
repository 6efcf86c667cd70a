/**
 * Measures the state store's queries: 100,000 entities of 1.9 KB, each question asked four times. Processor time of the
 * whole process stands beside the time that passed, since other work on the machine lengthens only the second.
 * docs/decisions/0021-columns-in-memory.md keeps the figures. Usage: node bench/query.ts [entities, default 100000]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entity, Instance, Json } from '../src/ngsild/entity.ts';
import { coreContext, parseOrder, parseQ } from '../src/ngsild/index.ts';
import type { PageRequest } from '../src/store/ports.ts';
import { entityWrite } from '../src/store/sqlite/shape.ts';
import { openState } from '../src/store/sqlite/state.ts';

const entities = Number(process.argv[2] ?? 100_000);
const directory = await mkdtemp(join(process.env['CHORSU_BENCH_DIR'] ?? tmpdir(), 'chorsu-bench-'));
const state = openState({ path: join(directory, 'state.db') });
const at = '2026-03-01T10:00:00.000Z';
const iri = (name: string): string => coreContext.expand(name);
const attribute = (value: Json, type: Instance['type'] = 'Property'): readonly Instance[] => [
  { type, value, observedAt: at, createdAt: at, modifiedAt: at },
];

/** Four of five are parking spots. Ids are in no order, as those of a city's sources. */
const entity = (n: number, round: number): Entity => ({
  id: `urn:ngsi-ld:ParkingSpot:${String((n * 7919) % 1_000_000).padStart(7, '0')}`,
  type: [iri(n % 5 === 4 ? 'Streetlight' : 'ParkingSpot')],
  createdAt: at,
  modifiedAt: at,
  attrs: {
    [iri('temperature')]: attribute(((n * 31 + round * 7) % 1000) / 10),
    [iri('humidity')]: attribute(((n * 31 + 17 + round * 7) % 1000) / 10),
    [iri('level')]: attribute(((n * 31 + 34 + round * 7) % 1000) / 10),
    [iri('voltage')]: attribute(((n * 31 + 51 + round * 7) % 1000) / 10),
    [iri('status')]: attribute(['free', 'occupied', 'closed', 'unknown'][(n + round) % 4] ?? ''),
    [iri('name')]: attribute(`Spot number ${n}`),
    [iri('refParkingSite')]: attribute(`urn:ngsi-ld:OffStreetParking:${n % 300}`, 'Relationship'),
    [iri('location')]: attribute(
      { type: 'Point', coordinates: [68.7 + (n % 300) / 3000, 38.5 + (n % 701) / 7010] },
      'GeoProperty',
    ),
  },
});

const measured = async (run: () => Promise<void>): Promise<{ ms: number; cpuMs: number }> => {
  const start = performance.now();
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - start, cpuMs: (user + system) / 1000 };
};

let seq = 0;
async function apply(label: string, count: number, round: number): Promise<void> {
  const { ms, cpuMs } = await measured(async () => {
    for (let from = 0; from < count; from += 1000) {
      seq++;
      const batch = Array.from({ length: Math.min(1000, count - from) }, (_, n) => entity(from + n, round));
      await state.apply({ seq, at: seq, rows: [], entities: batch.map((one) => entityWrite(0, one.id, seq, one)) });
    }
  });
  const each = ((cpuMs / count) * 1000).toFixed(0);
  console.log(`${count} ${label}: ${((count / ms) * 1000).toFixed(0)}/s, ${each} us of processor each`);
}

async function ask(q: string | undefined, page: Partial<PageRequest> & { orderBy?: string } = {}): Promise<void> {
  const { orderBy, ...rest } = page;
  const order = orderBy === undefined ? undefined : parseOrder(new Map([['orderBy', orderBy]]), coreContext);
  const query = {
    type: { node: 'type' as const, iri: iri('ParkingSpot') },
    ...(q !== undefined && { q: parseQ(q, coreContext) }),
  };
  const times: string[] = [];
  let found = '';
  for (let n = 0; n < 4; n++) {
    const { ms, cpuMs } = await measured(async () => {
      const answer = await state.query(0, query, { limit: 20, offset: 0, ...rest, ...(order && { order }) });
      found = `${answer.entities.length} of ${answer.count ?? 'unknown'}`;
    });
    times.push(`${ms.toFixed(0)} (${cpuMs.toFixed(0)})`);
  }
  const asked = [q ?? 'type alone', orderBy && `orderBy=${orderBy}`, rest.count && 'count'].filter(Boolean).join(' ');
  console.log(`${asked}: ${times.join(', ')} ms; ${found}`);
}

console.log(`${cpus().length} x ${cpus()[0]?.model}; time that passed (and of the processor), first question first`);
await apply('births', entities, 0);
await apply('updates', entities / 2, 1);
await ask(undefined, { count: true });
await ask('temperature>99.8', { count: true });
await ask('temperature>50', { count: true });
await ask('status=="closed"', { count: true });
await ask('name=="Spot number 777"');
await ask('name~="777$"');
await ask('refParkingSite=="urn:ngsi-ld:OffStreetParking:17"');
await ask('temperature>90;humidity<20;status=="free"', { count: true });
await ask('temperature.observedAt<2026-01-01T00:00:00Z');
await ask(undefined, { orderBy: 'temperature;desc' });
await ask(undefined, { orderBy: 'name' });
await ask('temperature>90', { orderBy: 'humidity' });
await apply('updates', 5000, 2);
await ask('temperature>99.8', { count: true });
await state.close();
await rm(directory, { recursive: true });
