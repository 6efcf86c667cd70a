import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../base/clock.ts';
import { countedIds } from '../base/ids.ts';
import { Problem, type ProblemKind } from '../base/problem.ts';
import { openDirectory } from './directory.ts';
import { openStore } from './index.ts';
import { verify } from './verify.ts';

async function inDirectory(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'chorsu-directory-'));
  try {
    await run(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}
const open = (path: string) => openDirectory({ path, program: '0.1.0', newCity: countedIds('city') });
const problem = (kind: ProblemKind, words: RegExp) => (error: unknown) =>
  error instanceof Problem && error.kind === kind && words.test(error.message);

test('a new directory gets a format and a city, which stay', () =>
  inDirectory(async (parent) => {
    const path = join(parent, 'data');
    const first = await open(path);
    assert.equal(first.city, 'city1');
    first.release();
    await writeFile(join(path, 'tmp', 'left'), 'x');
    const second = await open(path);
    assert.equal(second.city, 'city1');
    assert.deepEqual(await readdir(second.tmp), []);
    assert.deepEqual(JSON.parse(await readFile(join(path, 'format.json'), 'utf8')), {
      format: 1,
      program: '0.1.0',
      city: 'city1',
    });
    second.release();
  }));

test('a directory stays the city it was first served as, and says which one it is when asked for another', () =>
  inDirectory(async (parent) => {
    const path = join(parent, 'data');
    const as = async (id?: string, from = 'own') =>
      (
        await openDirectory({ path, program: '0.1.0', newCity: countedIds(), ...(id && { profile: { id, from } }) })
      ).release();
    await as();
    await as('namangan');
    const text = await readFile(join(path, 'format.json'), 'utf8');
    assert.deepEqual((JSON.parse(text) as { profile: unknown }).profile, { id: 'namangan', from: 'own' });
    await assert.rejects(as('almaty'), problem('conflict', /holds the city "namangan"; served as the city "almaty"/));
    await assert.rejects(as('namangan', 'sample'), problem('conflict', /served as the sample city "namangan"/));
    await as();
    assert.equal(await readFile(join(path, 'format.json'), 'utf8'), text);
    await as('namangan', 'shipped');
  }));

test('a directory of a newer program is refused and left alone', () =>
  inDirectory(async (path) => {
    const text = JSON.stringify({ format: 9, program: '7.0.0', city: 'c' });
    await writeFile(join(path, 'format.json'), text);
    await assert.rejects(open(path), problem('not-supported', /format 9, written by Chorsu 7\.0\.0/));
    assert.equal(await readFile(join(path, 'format.json'), 'utf8'), text);
  }));

test('a directory that holds something else, or a broken format file, is refused', () =>
  inDirectory(async (path) => {
    await writeFile(join(path, 'holiday.jpg'), 'x');
    await assert.rejects(open(path), problem('bad-data', /not a data directory/));
    await writeFile(join(path, 'format.json'), '{"format":1');
    await assert.rejects(open(path), problem('bad-data', /format\.json cannot be read/));
  }));

test('an older directory is copied and then migrated step by step', () =>
  inDirectory(async (parent) => {
    const path = join(parent, 'data');
    (await open(path)).release();
    await mkdir(join(path, 'files', 'aa'));
    const steps: number[] = [];
    const migrated = await openDirectory({
      path,
      program: '0.3.0',
      newCity: countedIds(),
      target: {
        format: 3,
        migrations: [1, 2].map((from) => ({
          from,
          what: `step ${from}`,
          async run(directory: string) {
            steps.push(from);
            await writeFile(join(directory, `migrated-${from}`), '');
          },
        })),
      },
    });
    migrated.release();
    assert.deepEqual(steps, [1, 2]);
    assert.equal(migrated.city, 'city1');
    assert.equal((JSON.parse(await readFile(join(path, 'format.json'), 'utf8')) as { format: number }).format, 3);
    const backup = `${path}.before-format-3`;
    assert.equal((JSON.parse(await readFile(join(backup, 'format.json'), 'utf8')) as { format: number }).format, 1);
    assert.ok(!(await readdir(backup)).includes('migrated-1'));
  }));

for (const format of [1]) {
  test(`a data directory of format ${format} opens, and all of it is sound`, () =>
    inDirectory(async (parent) => {
      const path = join(parent, 'data');
      const fixture = fileURLToPath(new URL(`../../test/fixtures/data-directory-${format}`, import.meta.url));
      await cp(fixture, path, { recursive: true });
      const store = await openStore({
        directory: path,
        clock: systemClock,
        tables: [{ name: 'report', columns: { id: 'TEXT', state: 'TEXT', note: 'TEXT' }, key: ['id'] }],
        segmentBytes: 2048,
      });
      assert.equal(store.writer.lastSeq(), 41);
      const lamp = await store.writer.get(0, 'urn:ngsi-ld:Streetlight:7');
      assert.equal(lamp?.entity.attrs['https://uri.etsi.org/ngsi-ld/default-context/power']?.[0]?.value, -0.5);
      assert.equal(await store.writer.get(0, 'urn:ngsi-ld:Streetlight:20'), undefined);
      assert.deepEqual(await store.rows.get('SELECT state, note FROM report WHERE id = ?', ['r3']), {
        state: 'open',
        note: null,
      });
      assert.deepStrictEqual((await verify(store)).problems, []);
      await store.close();
    }));
}
