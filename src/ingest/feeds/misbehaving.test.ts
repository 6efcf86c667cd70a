/**
 * Eleven services at once, each with a fault of its own, polled by a real city: each shows its state and counts, none holds
 * up the one that is well, memory stays flat, and nothing is rejected unhandled.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { openTestCity, type TestCity } from '../../../test/fixtures/testCity.ts';
import type { SourceHealth } from '../schema.ts';

const good = (nowS: number): string =>
  JSON.stringify({
    latitude: 40,
    longitude: 69,
    current_units: { time: 'unixtime', temperature_2m: '°C' },
    current: { time: nowS, interval: 900, temperature_2m: 5 },
  });
const json = { 'content-type': 'application/json' };
const asked = new Map<string, number[]>();
const block = Buffer.alloc(65_536);
const bomb = gzipSync(Buffer.alloc(32 * 2 ** 20, 32));

const behaviours: Record<string, (response: ServerResponse, time: number) => void> = {
  well: (response) => response.writeHead(200, json).end(good(Math.floor(Date.now() / 1000))),
  never: () => {},
  reset: (response) => response.req.socket.resetAndDestroy(),
  recovers: (response, time) =>
    time < 2 ? response.writeHead(500).end('oops') : response.writeHead(200, json).end(good(1_790_000_000)),
  busy: (response) => response.writeHead(429, { 'retry-after': '3600' }).end(),
  html: (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html><h1>Log in</h1></html>'),
  half: (response) => response.writeHead(200, json).end(good(1_790_000_000).slice(0, 80)),
  types: (response) => response.writeHead(200, json).end('{"current":[1],"current_units":"none"}'),
  zeros: (response) => {
    response.writeHead(200, json);
    const push = (left: number): void => {
      if (response.destroyed || left <= 0) return;
      if (response.write(block)) setImmediate(() => push(left - block.length));
      else response.once('drain', () => push(left - block.length));
    };
    push(3e9);
  },
  inward: (response) => response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end(),
  bomb: (response) => response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(bomb),
};
const server = createServer((request, response) => {
  const name = (request.url ?? '/').split('?')[0]?.slice(1) ?? '';
  const times = asked.get(name) ?? [];
  asked.set(name, [...times, Date.now()]);
  behaviours[name]?.(response, times.length);
});

let city: TestCity;
let directory: string;
const unhandled: unknown[] = [];
const note = (error: unknown): void => void unhandled.push(error);

before(async () => {
  process.on('unhandledRejection', note);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  directory = await mkdtemp(join(tmpdir(), 'chorsu-misbehaving-'));
  const names = Object.keys(behaviours);
  const words = { purpose: 'Test', owner: 'Test', legalBasis: 'Test', granularity: 'place' };
  const file = join(directory, 'feeds.json');
  await writeFile(
    file,
    JSON.stringify({
      sources: names.map((id) => ({ id, name: id, ...words, retentionDays: 1, personal: 'none', kind: 'feed' })),
      feeds: names.map((source) => ({
        kind: 'open-meteo',
        source,
        everyS: 1,
        weather: `http://127.0.0.1:${port}/${source}`,
        air: false,
        forecastDays: 0,
      })),
    }),
  );
  city = await openTestCity({ mappings: [file] });
});
after(async () => {
  const began = Date.now();
  await city.close();
  assert.ok(Date.now() - began < 5_000, 'it stopped at once, whatever was under way');
  server.closeAllConnections();
  server.close();
  await rm(directory, { recursive: true, force: true });
  process.off('unhandledRejection', note);
});

const health = (id: string): SourceHealth => {
  const report = city.ingest.reports().find(({ source }) => source.id === id);
  if (!report) throw new Error(id);
  return report.health;
};

async function becomes(id: string, detail: RegExp, state: 'reachable' | 'unreachable'): Promise<void> {
  for (let n = 0; n < 1200; n++) {
    const { connection } = health(id);
    if (connection?.state === state && detail.test(connection.detail ?? '')) return;
    await sleep(50);
  }
  assert.fail(`${id} is ${JSON.stringify(health(id).connection)}, not ${state} ${detail.source}`);
}

test('each fault is named, and the feed that is well goes on at its pace', { timeout: 120_000 }, async () => {
  const memory = process.memoryUsage().rss;
  await Promise.all([
    becomes('never', /said nothing for 15 s/, 'unreachable'),
    becomes('reset', /broke the connection off/, 'unreachable'),
    becomes('recovers', /answered 500/, 'unreachable'),
    becomes('busy', /answered 429/, 'unreachable'),
    becomes('html', /not JSON/, 'reachable'),
    becomes('half', /not JSON/, 'reachable'),
    becomes('types', /no current and current_units/, 'reachable'),
    becomes('zeros', /larger than 1\.0 MiB/, 'unreachable'),
    becomes('inward', /169\.254\.169\.254, which is no public address/, 'unreachable'),
    becomes('bomb', /larger than 1\.0 MiB|swells/, 'unreachable'),
  ]);
  await becomes('recovers', /^$/, 'reachable');
  const times = asked.get('well') ?? [];
  const pauses = times.slice(1).map((at, index) => at - (times[index] ?? 0));
  assert.ok(times.length > 10, `the feed that is well was asked ${times.length} times`);
  const middle = pauses.sort((a, b) => a - b)[pauses.length >> 1] ?? 0;
  assert.ok(middle > 500 && middle < 3_000, `its usual pause was ${middle} ms`);
  assert.equal(health('well').connection?.state, 'reachable');
  assert.equal(health('well').state, 'fresh');
  assert.ok(health('recovers').accepted >= 1);
  for (const id of ['html', 'half', 'types']) assert.ok((health(id).rejectedBy['payload'] ?? 0) >= 1, id);
  assert.equal(health('never').rejected, 0);
  // The faulty ones were asked less and less often; who asked for an hour of rest has it.
  assert.equal(asked.get('busy')?.length, 1);
  assert.ok(Date.parse(health('busy').connection?.nextTryAt ?? '') - Date.now() > 3_000_000);
  for (const id of ['reset', 'html', 'inward'])
    assert.ok((asked.get(id) ?? []).length <= 5, `${id}: ${asked.get(id)?.length}`);
  const grownMb = (process.memoryUsage().rss - memory) / 2 ** 20;
  assert.ok(grownMb < 250, `memory grew by ${grownMb.toFixed(0)} MB`);
  assert.deepEqual(unhandled, []);
  const text = await (await fetch(`${city.url}/metrics`)).text();
  assert.match(text, /chorsu_feed_reachable\{source="never",feed="open-meteo 2"\} 0/);
  assert.match(text, /chorsu_outbound_requests_total\{host="127\.0\.0\.1:\d+",outcome="too-large"\}/);
  const page = await (await fetch(`${city.url}/tg/sources`)).text();
  assert.match(page, /нест \(аз /);
});
