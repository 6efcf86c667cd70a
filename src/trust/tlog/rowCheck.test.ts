import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, test } from 'node:test';
import fc from 'fast-check';
import { fixedClock } from '../../base/clock.ts';
import { Problem } from '../../base/problem.ts';
import { openOnlooker, openStore } from '../../store/index.ts';
import type { RowDelta } from '../../store/ports.ts';
import type { Deviation } from './journalCheck.ts';
import { newPrivateKey, openSigner } from './keys.ts';
import { openLog } from './log.ts';
import { signatureTypes } from './note.ts';
import { leafTable, versionTable } from './records.ts';
import { verifyRecords, type CheckedRecords } from './rowCheck.ts';
import { inDirectory } from './source.ts';
import { transparency } from './transparency.ts';

const top = mkdtempSync(join(tmpdir(), 'chorsu-rows-'));
after(() => rmSync(top, { recursive: true }));
const signer = openSigner(newPrivateKey('city.example/log', signatureTypes.ed25519));
const keys = { log: [signer.verifier], witnesses: [] };
const day = 86_400_000;

type City = Awaited<ReturnType<typeof openCity>>;
async function openCity(path: string, clock = fixedClock('2026-03-01T08:00:00Z')) {
  const store = await openStore({ directory: path, clock, tables: [versionTable, leafTable] });
  const log = await openLog({ directory: store.directory.log, signer, witnesses: [] });
  const city = transparency({ log, rows: store.rows, writer: store.writer, clock });
  await city.catchUp();
  let next = store.writer.lastSeq() + 1;
  return {
    ...city,
    store,
    clock,
    close: () => store.close(),
    commit: (row: RowDelta) => store.writer.commit({ tenant: 0, cause: { by: 'test' }, entities: [], rows: [row] }),
    /** As the follower would. */
    async follow() {
      const { records } = await store.journal.read(next, 1_000);
      next += records.length;
      await city.follow(records);
    },
  };
}

/** Three records in some versions each, over days, more than one bundle long. */
async function fill(city: City): Promise<void> {
  for (let n = 0; n < 264; n++) {
    const [type, id] = [
      ['project', 'school-7'],
      ['project', 'road-2'],
      ['calendar', 'namangan'],
    ][n % 3] as [string, string];
    city.clock.advance(day / 4);
    await city.note(type, id, { deadline: `2027-01-${(n % 28) + 1}`, n, reason: `The ${n}th` });
    if (n % 10 === 0) await city.follow();
  }
  await city.follow();
}

const whole = join(top, 'whole');
const filled = await openCity(whole);
await fill(filled);
await filled.close();
/** As when the journal of that time is no longer kept. */
const later = join(top, 'later');
cpSync(whole, later, { recursive: true });
for (const name of readdirSync(join(later, 'journal'))) rmSync(join(later, 'journal', name));

async function check(path: string): Promise<CheckedRecords & { found: readonly Deviation[] }> {
  const found: Deviation[] = [];
  const seen = openOnlooker(path);
  try {
    const checked = await verifyRecords(
      { seen, read: inDirectory(join(path, 'tlog')) },
      keys,
      (one) => void found.push(one),
    );
    assert.equal(checked.deviations, found.length);
    return { ...checked, found };
  } finally {
    seen.close();
  }
}

/** A copy in which somebody with the file in hand did this. */
function tampered(from: string, sql: string): string {
  const copy = join(top, 'copy');
  rmSync(copy, { recursive: true, force: true });
  cpSync(from, copy, { recursive: true });
  const database = new DatabaseSync(join(copy, 'state.db'));
  database.exec(sql);
  database.close();
  return copy;
}

const where = `WHERE type = 'project' AND id = 'road-2' AND version = 40`;
const forged = (version: number): string =>
  `INSERT INTO log_version SELECT type, id, ${version}, at, replace(record, 'reason', 'cause'), key, _seq FROM log_version ${where}`;
/** What is done, and what has to be named. */
const deeds: readonly (readonly [what: string, sql: string, named: RegExp])[] = [
  ['one digit of a deadline', `UPDATE log_version SET record = replace(record, '2027', '2028') ${where}`, /road-2.*40/],
  ['a space that means nothing', `UPDATE log_version SET record = record || ' ' ${where}`, /road-2.*40/],
  ['a record as bytes', `UPDATE log_version SET record = CAST(record AS BLOB) ${where}`, /road-2.*40/],
  ['a record taken out', `UPDATE log_version SET record = NULL ${where}`, /road-2.*40/],
  ['a tombstone that nobody set', `UPDATE log_version SET record = '', key = '' ${where}`, /road-2.*40/],
  ['one letter of a key', `UPDATE log_version SET key = 'A' || substr(key, 2) ${where}`, /road-2.*40/],
  ['a key that is none', `UPDATE log_version SET key = 7 ${where}`, /road-2.*40/],
  [
    'record and key together, as those of another version',
    `UPDATE log_version SET (record, key) = (SELECT record, key FROM log_version WHERE id = 'road-2' AND version = 41) ${where}`,
    /road-2.*40/,
  ],
  [
    'a date, by a millisecond',
    `UPDATE log_version SET at = at + 1 ${where}`,
    /road-2.*40.*dated 2026-\d\d-\d\dT.*\.001Z/s,
  ],
  ['a date that is none', `UPDATE log_version SET at = 9223372036854775807 ${where}`, /road-2.*40/],
  ['a date as a text', `UPDATE log_version SET at = 'yesterday' ${where}`, /road-2.*40/],
  ['a type', `UPDATE log_version SET type = 'promise' ${where}`, /promise road-2 40/],
  ['an id', `UPDATE log_version SET id = 'road-3' ${where}`, /road-3 40/],
  ['an id as bytes', `UPDATE log_version SET id = x'726f61642d32' ${where}`, /project.*40/],
  ['a number of a version', `UPDATE log_version SET version = 400 ${where}`, /road-2 400/],
  ['half a version', `UPDATE log_version SET version = 40.5 ${where}`, /road-2 40.5/],
  ['a version of nobody', `UPDATE log_version SET id = NULL ${where}`, /project null 40/],
  ['a row that goes', `DELETE FROM log_version ${where}`, /road-2, version 40.*gone/],
  [
    'the newest row that goes, with the one that says where it stands',
    `DELETE FROM log_version WHERE id = 'namangan' AND version = 88; DELETE FROM log_leaf WHERE leaf = 263`,
    /entry 263 .*namangan, version 88/,
  ],
  ['all rows', 'DELETE FROM log_version', /road-2, version 40/],
  [
    'two rows in each other’s place',
    `UPDATE log_version SET version = 1000 ${where};
     UPDATE log_version SET version = 40 WHERE id = 'road-2' AND version = 41;
     UPDATE log_version SET version = 41 WHERE id = 'road-2' AND version = 1000`,
    /version 40.*version 41/s,
  ],
  ['a forged version at the end', forged(89), /road-2 89/],
  ['a forged version behind a gap', forged(91), /road-2 91.*version 89 is wanted/s],
  [
    'a forged version of something new, which says where it stands',
    `INSERT INTO log_version SELECT type, 'park-9', 1, at, record, key, _seq FROM log_version ${where};
     INSERT INTO log_leaf SELECT 264, 'project', 'park-9', 1, _seq FROM log_leaf WHERE leaf = 263`,
    /row log_leaf 264/,
  ],
  ['an entry that stands for another record', `UPDATE log_leaf SET id = 'road-3' WHERE leaf = 100`, /entry 100/],
  ['an entry of another type', `UPDATE log_leaf SET type = 'calendar' WHERE leaf = 100`, /entry 100/],
  ['an entry of another version', `UPDATE log_leaf SET version = version + 1 WHERE leaf = 100`, /entry 100/],
  ['an entry that stands elsewhere', `UPDATE log_leaf SET leaf = 5000 WHERE leaf = 100`, /row log_leaf 5000/],
  ['an entry before the first', `UPDATE log_leaf SET leaf = -1 WHERE leaf = 0`, /row log_leaf -1/],
  ['the last row of where an entry stands', 'DELETE FROM log_leaf WHERE leaf = 263', /entry 263|log_leaf 263/],
  ['all rows of where entries stand', 'DELETE FROM log_leaf', /entry 100|log_leaf 100/],
  [
    'two entries in each other’s place',
    `UPDATE log_leaf SET leaf = -5 WHERE leaf = 10; UPDATE log_leaf SET leaf = 10 WHERE leaf = 11;
     UPDATE log_leaf SET leaf = 11 WHERE leaf = -5`,
    /entry 10 .*entry 11 /s,
  ],
];

describe('rows that a city shows are compared with what its log was told', () => {
  for (const [when, path] of [
    ['while the journal is kept', whole],
    ['long after', later],
  ] as const) {
    test(`${when}, a city that nobody touched is true`, async () => {
      const { found, versions, waiting, checkpoint } = await check(path);
      assert.deepEqual([found, versions, waiting, checkpoint.size], [[], 264, 0, 264]);
    });
    for (const [what, sql, named] of deeds) {
      test(`${when}: ${what}`, async () => {
        const { found } = await check(tampered(path, sql));
        assert.match(found.map(({ what: of, why }) => `${of}: ${why}`).join('\n'), named);
      });
    }
  }

  test('the place of a row in the journal is compared as far as the journal is kept', async () => {
    for (const table of ['log_version', 'log_leaf']) {
      const { found } = await check(tampered(whole, `UPDATE ${table} SET _seq = _seq + 1 WHERE rowid = 7`));
      assert.match(found[0]?.why ?? '', /^_seq differ/);
    }
  });

  test('a change of the journal alone is found', async () => {
    const city = await openCity(tampered(whole, ''));
    // Someone who can have the program write, or makes a record as it does.
    await city.commit({ table: versionTable.name, key: { type: 'project', id: 'road-2', version: 40 }, row: null });
    await city.close();
    const { found } = await check(join(top, 'copy'));
    assert.match(
      found.map(({ what, why }) => `${what}: ${why}`).join('\n'),
      /road-2, version 40\): the row of its record is gone/,
    );

    const copy = tampered(whole, '');
    const journal = join(copy, 'journal');
    const [name = ''] = readdirSync(journal).filter((one) => one.endsWith('.seg'));
    const bytes = readFileSync(join(journal, name));
    const at = bytes.indexOf('school-7');
    bytes[at] = 0x53;
    writeFileSync(join(journal, name), bytes);
    assert.match((await check(copy)).found[0]?.why ?? '', /record \d+ at byte \d+ is damaged/);
  });

  test('whatever value is put wherever, it is named', async () => {
    const columns = [
      ...Object.keys(versionTable.columns).map((one) => ['log_version', one]),
      ...Object.keys(leafTable.columns).map((one) => ['log_leaf', one]),
    ];
    const values = fc.oneof(
      fc.constant(null),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.integer({ min: 0, max: 300 }).map(BigInt),
      fc.double({ noNaN: true }),
      fc.string({ unit: 'binary' }),
      fc.uint8Array({ maxLength: 40 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...columns),
        fc.integer({ min: 1, max: 264 }),
        values,
        async (column, rowid, value) => {
          const [table, name] = column as [string, string];
          const copy = tampered(later, '');
          const database = new DatabaseSync(join(copy, 'state.db'));
          const read = database.prepare(
            `SELECT hex(CAST(${name} AS BLOB)) || typeof(${name}) AS v FROM ${table} WHERE rowid = ?`,
          );
          const before = read.get(rowid)?.['v'];
          // What is refused was not done.
          try {
            database.prepare(`UPDATE ${table} SET ${name} = ? WHERE rowid = ?`).run(value, rowid);
          } catch {}
          const isSame = read.get(rowid)?.['v'] === before;
          database.close();
          assert.equal((await check(copy)).found.length === 0, isSame);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('whatever byte of the file is changed, it is named or what is shown stays as it was', async () => {
    const show = (path: string): string => {
      const database = new DatabaseSync(join(path, 'state.db'), { readOnly: true });
      try {
        // The ways that pages and receipts go, by index and by table.
        const sql = [
          'SELECT type, id, version, at, record, key FROM log_version ORDER BY type, id, version',
          'SELECT leaf, type, id, version FROM log_leaf ORDER BY leaf',
          'SELECT l.leaf, v.at, v.record FROM log_leaf l JOIN log_version v ON v.type = l.type AND v.id = l.id AND v.version = l.version ORDER BY l.leaf',
        ];
        return JSON.stringify(sql.map((one) => database.prepare(one).all()));
      } finally {
        database.close();
      }
    };
    const clean = show(later);
    const bytes = readFileSync(join(later, 'state.db'));
    let named = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 100, max: bytes.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, bits) => {
          const copy = tampered(later, '');
          const changed = Buffer.from(bytes);
          changed[at] = (changed[at] ?? 0) ^ bits;
          writeFileSync(join(copy, 'state.db'), changed);
          try {
            if ((await check(copy)).found.length > 0) return void named++;
          } catch (error) {
            assert.ok(error instanceof Problem, String(error));
            return void named++;
          }
          assert.ok(show(copy) === clean, 'something else is shown');
        },
      ),
      { numRuns: 100 },
    );
    assert.ok(named > 20, String(named));
  });
});

describe('what is as it should be is not called tampering', () => {
  test('a city that is served, and whose log has not taken the newest versions', async () => {
    const path = join(top, 'served');
    const city = await openCity(path);
    await city.note('release', 'chorsu', { version: 1 });
    await city.follow();
    await city.note('release', 'chorsu', { version: 2 });
    // Not closed: rows lie in the write-ahead log, or in the journal alone.
    const { found, waiting } = await check(path);
    assert.deepEqual([found, waiting], [[], 1]);
    // A minute on, and still it is in no entry.
    city.clock.advance(61_000);
    await city.commit({ table: leafTable.name, key: { leaf: 9 }, row: null });
    assert.match((await check(path)).found[0]?.why ?? '', /no entry of the log stands for it/);
    await city.follow();
    assert.deepEqual((await check(path)).found, []);
    await city.close();
  });

  test('a crash after the tree took a version and before the rows knew it, and the start after that', async () => {
    const path = join(top, 'crashed');
    const city = await openCity(path);
    for (const n of [1, 2, 3]) await city.note('release', 'chorsu', { version: n });
    const { entryBytes, entryOf } = await import('./entry.ts');
    const { hmac } = await import('./keys.ts');
    const { versionsIn } = await import('./records.ts');
    const openings = (await city.store.journal.read(1, 2)).records.flatMap(versionsIn);
    await city.log.append(openings.map((opening) => entryBytes(entryOf(opening, hmac))));
    await city.close();
    const { found, waiting, checkpoint } = await check(path);
    assert.deepEqual([found, waiting, checkpoint.size], [[], 3, 2]);
    await (await openCity(path)).close();
    const again = await check(path);
    assert.deepEqual([again.found, again.waiting, again.checkpoint.size], [[], 0, 3]);
  });

  test('a forged version that the log took at the next start is dated after what it comes behind, or named', async () => {
    const copy = tampered(whole, forged(89));
    await (await openCity(copy)).close();
    const { found } = await check(copy);
    assert.match(found.map(({ why }) => why).join('\n'), /an entry before it was made later/);
  });

  test('a clock that goes back dates no version before the one that it follows', async () => {
    const path = join(top, 'clock');
    const city = await openCity(path);
    await city.note('release', 'chorsu', { version: 1 });
    await city.follow();
    city.clock.advance(-day);
    await Promise.all([2, 3, 4].map((version) => city.note('release', 'chorsu', { version })));
    await city.follow();
    await city.close();
    const { found, versions } = await check(path);
    assert.deepEqual([found, versions], [[], 4]);
  });

  test('a tree that was taken back is named', async () => {
    const path = join(top, 'back');
    const city = await openCity(path);
    await city.note('release', 'chorsu', { version: 1 });
    await city.follow();
    cpSync(join(path, 'tlog'), join(top, 'old'), { recursive: true });
    await city.note('release', 'chorsu', { version: 2 });
    await city.follow();
    await city.close();
    rmSync(join(path, 'tlog'), { recursive: true });
    cpSync(join(top, 'old'), join(path, 'tlog'), { recursive: true });
    assert.match(
      (await check(path)).found.map(({ what, why }) => `${what}: ${why}`).join('\n'),
      /row log_leaf 1: the log has 1 entries/,
    );
  });
});
