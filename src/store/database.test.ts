import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openDatabase } from './database.ts';

const directory = mkdtempSync(join(tmpdir(), 'chorsu-database-'));
after(() => rmSync(directory, { recursive: true }));
const first = 'CREATE TABLE thing (id TEXT PRIMARY KEY, value BLOB) STRICT';

test('a database is private to its user, keeps what was written, and goes to the next version once', () => {
  const path = join(directory, 'a.db');
  const old = openDatabase(path, [first]);
  assert.equal(old.run('INSERT INTO thing VALUES (?, ?)', 'x', Buffer.from([1])), 1);
  old.close();
  assert.equal(statSync(path).mode & 0o777, 0o600);
  for (let start = 0; start < 2; start++) {
    const next = openDatabase(path, [first, 'ALTER TABLE thing ADD COLUMN note TEXT']);
    const found = next.get('SELECT id, note FROM thing WHERE id = ?', 'x');
    assert.deepEqual({ ...found }, { id: 'x', note: null });
    next.close();
  }
  assert.throws(() => openDatabase(path, [first]), { kind: 'not-supported' });
});

test('a transaction is all or nothing', () => {
  const database = openDatabase(join(directory, 'b.db'), [first]);
  const insert = (id: string): number => database.run('INSERT INTO thing (id) VALUES (?)', id);
  assert.throws(() =>
    database.transaction(() => {
      insert('x');
      insert('x');
    }),
  );
  assert.equal(
    database.transaction(() => insert('y')),
    1,
  );
  assert.deepEqual(
    database.all('SELECT id FROM thing').map(({ id }) => id),
    ['y'],
  );
  database.close();
});

test('what is no database is refused, and left as it is', () => {
  const path = join(directory, 'c.db');
  writeFileSync(path, 'no database, but long enough to have a header of one');
  assert.throws(() => openDatabase(path, [first]), { kind: 'bad-data' });
});
