import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fixedClock } from './base/clock.ts';
import { silentLog } from './base/log.ts';
import { keepHouse } from './housekeeping.ts';
import { openTestCity } from '../test/fixtures/testCity.ts';
import { declaredSources, feedZip, townFeed } from './ingest/gtfs/fixtures/feed.ts';

const directory = await mkdtemp(join(tmpdir(), 'chorsu-kept-'));
const clock = fixedClock('2026-11-20T02:30:00Z');
const city = await openTestCity({ housekeeping: false }, clock);
after(async () => {
  await city.close();
  await rm(directory, { recursive: true, force: true });
});

const mapping = declaredSources(['bus']);
async function take(version: string): Promise<string> {
  const file = join(directory, `${version}.zip`);
  const info = (townFeed['feed_info.txt'] ?? '').replace('2026-11\n', `${version}\n`);
  await writeFile(file, feedZip({ 'feed_info.txt': info }));
  clock.set(new Date(clock.now() + 1000).toISOString());
  return (await city.ingest.importFile({ file, mapping, source: 'bus' })).id ?? '';
}
const day = (n: number): void => clock.set(new Date(Date.parse('2026-11-20T02:30:00Z') + n * 86_400_000).toISOString());
/** Versions whose row is there, and among them those whose file is; the newest last. */
async function kept(): Promise<{ rows: unknown[]; files: number }> {
  const rows = await city.store.rows.all('SELECT version, sha256 FROM gtfs_feed ORDER BY imported_at');
  const files = await Promise.all(rows.map(({ sha256 }) => city.store.files.get(String(sha256))));
  return { rows: rows.map(({ version }) => version), files: files.filter((bytes) => bytes !== undefined).length };
}
const house = (): Promise<void> =>
  keepHouse({
    store: city.store,
    history: city.history,
    ingest: city.ingest,
    followers: new Map(),
    clock,
    log: silentLog,
  });

test('an old timetable lies here while an undo can bring it back; then it goes, row and file, and is counted', async () => {
  const photos: string[] = [];
  const keeper = city.store.files.keeper(async () => photos);
  photos.push(await keeper.put(Buffer.from('a photo')));
  await take('a');
  await take('b');
  const hashes = (await city.store.rows.all('SELECT sha256 FROM gtfs_feed')).map(({ sha256 }) => String(sha256));
  day(80);
  await house();
  assert.deepEqual(await kept(), { rows: ['a', 'b'], files: 2 });
  const [b] = (await city.ingest.imports.list()).filter(({ name }) => name === 'b.zip');
  await city.ingest.imports.undo(b?.id ?? '');
  assert.deepEqual(await kept(), { rows: ['a'], files: 1 }, 'a holds again');

  const second = await take('c');
  day(80 + 90);
  await house();
  assert.deepEqual(await kept(), { rows: ['a', 'c'], files: 2 }, 'b is gone, a may come back');
  assert.equal(await city.store.files.get(hashes[1] ?? ''), undefined);
  day(80 + 92);
  await house();
  assert.deepEqual(await kept(), { rows: ['c'], files: 1 });
  assert.ok(await city.store.files.get(hashes[0] ?? ''), 'a copy of the city that is being made may name it still');
  await house();
  assert.equal(await city.store.files.get(hashes[0] ?? ''), undefined);
  assert.ok(await city.store.files.get(photos[0] ?? ''), 'what another names stays');
  await assert.rejects(city.ingest.imports.undo(second), /too old/);
  assert.match(await (await fetch(`${city.url}/metrics`)).text(), /chorsu_files_swept_total 2/);
});
