import assert from 'node:assert/strict';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { fixedClock } from '../../base/clock.ts';
import { countedIds } from '../../base/ids.ts';
import { Problem } from '../../base/problem.ts';
import type { Principal } from '../../http/index.ts';
import type { Json } from '../../ngsild/entity.ts';
import { openDatabase } from '../../store/index.ts';
import { openPolicy } from '../policy/index.ts';
import { vaultVersions } from './tables.ts';
import { anchorOf, erasedPath, openVault, purposes, rotateVaultKey, verifyLines, type Anchor } from './index.ts';
import { seal, unseal } from './cipher.ts';

const root = mkdtempSync(join(tmpdir(), 'chorsu-vault-'));
after(() => rmSync(root, { recursive: true }));
const clock = fixedClock('2026-11-22T08:00:00Z');
let made = 0;
const dayMs = 86_400_000;

const person = (id: string): Principal => ({
  id,
  kind: 'person',
  roles: [],
  session: { id: `session-${id}`, csrf: 'c', since: 0 },
});
const clerk = person('CLERK');
const officer = person('OFFICER');
const secret = 'zarina@example.tj +992 555 0123';
const reason = 'The caller asked to be called back about the burst pipe';

async function newVault(place = join(root, `${++made}`)) {
  clock.set('2026-11-22T08:00:00Z');
  const path = `${place}.db`;
  const keyFile = `${place}.key`;
  const deps = { path, keyFile, policy: openPolicy, clock, newId: countedIds(`v${made}-`) };
  const vault = await openVault(deps);
  const keep = (subject: string, text = secret): string =>
    vault.records.put({ subject, kind: 'contact', bytes: Buffer.from(text), by: subject });
  return { vault, path, keyFile, keep, deps };
}
const texts = (records: readonly { bytes: Uint8Array }[]): string[] =>
  records.map(({ bytes }) => Buffer.from(bytes).toString());
/** Every byte of every file that belongs to the vault, its logs included. */
const bytesAt = (place: string): Buffer =>
  Buffer.concat(
    readdirSync(root)
      .filter((name) => join(root, name).startsWith(place))
      .map((name) => readFileSync(join(root, name))),
  );

test('what is put is read again, by its subject and in its kind, also after a restart', async () => {
  const { vault, keep, deps, keyFile } = await newVault();
  keep('A');
  vault.records.put({ subject: 'A', kind: 'text', bytes: Buffer.from('I live next door'), by: 'A' });
  keep('B', 'other');
  await vault.close();
  const again = await openVault(deps);
  assert.deepEqual(texts(again.records.of('A')), [secret, 'I live next door']);
  assert.deepEqual(texts(again.records.of('A', 'text')), ['I live next door']);
  assert.deepEqual(texts(again.records.of('B')), ['other']);
  assert.deepEqual(again.records.of('C'), []);
  assert.equal(statSync(keyFile).mode & 0o777, 0o600);
  await again.close();
});

test('no byte of what lies in the vault stands in its files', async () => {
  const { vault, keep, path } = await newVault();
  keep('A');
  const id = keep('A', 'first words that are replaced');
  vault.records.replace(id, Buffer.from('second words that stay here'), 'A');
  vault.openings.request(clerk, 'A', 'call-back', reason);
  const bytes = bytesAt(path);
  for (const text of [secret, 'first words', 'second words', 'burst pipe'])
    assert.equal(bytes.includes(text), false, text);
  await vault.close();
});

test('a vault without its key, or with that of another, is not opened, and nothing is changed', async () => {
  const { vault, keep, deps, keyFile, path } = await newVault();
  const other = await newVault();
  keep('A');
  await vault.close();
  await other.vault.close();
  const before = readFileSync(path);
  await assert.rejects(
    openVault({ ...deps, keyFile: other.keyFile }),
    /is the key of another vault; nothing was changed/,
  );
  await assert.rejects(openVault({ ...deps, keyFile: `${keyFile}.nowhere` }), /bring it there/);
  assert.equal(existsSync(`${keyFile}.nowhere`), false);
  writeFileSync(`${keyFile}.bad`, 'no key');
  await assert.rejects(openVault({ ...deps, keyFile: `${keyFile}.bad` }), /holds no key/);
  assert.ok(before.equals(readFileSync(path)));
  const again = await openVault(deps);
  assert.deepEqual(texts(again.records.of('A')), [secret]);
  await again.close();
});

test('a copy of a vault that nobody has used is opened with a new key', async () => {
  const { vault, deps, keyFile, path } = await newVault();
  await vault.copyTo(`${path}.copy`);
  await vault.close();
  const copy = await openVault({ ...deps, path: `${path}.copy`, keyFile: `${keyFile}.copy` });
  copy.records.put({ subject: 'A', kind: 'text', bytes: Buffer.from('x'), by: 'A' });
  copy.accessLog.verify([]);
  await copy.close();
  await assert.rejects(openVault({ ...deps, path: `${path}.copy`, keyFile: `${keyFile}.other` }), /bring it there/);
});

test('a changed byte, and another place, does not open', () => {
  const key = Buffer.alloc(32, 7);
  const sealed = seal(key, Buffer.from('words'), ['record', 'A', 'x', 1]);
  assert.equal(unseal(key, sealed, ['record', 'A', 'x', 1]).toString(), 'words');
  for (const name of [
    ['record', 'B', 'x', 1],
    ['record', 'A', 'y', 1],
    ['record', 'A', 'x', 2],
  ])
    assert.throws(() => unseal(key, sealed, name), Problem);
  for (let at = 0; at < sealed.length; at++) {
    const bad = Buffer.from(sealed);
    bad[at] = (bad[at] ?? 0) ^ 1;
    assert.throws(() => unseal(key, bad, ['record', 'A', 'x', 1]), Problem, `byte ${at}`);
  }
  for (let length = 0; length < sealed.length; length++)
    assert.throws(() => unseal(key, sealed.subarray(0, length), ['record', 'A', 'x', 1]), Problem);
});

test('after an erasure the key of the person is nowhere, and a copy of the ciphertext opens no more', async () => {
  const { vault, keep, path, deps } = await newVault();
  const id = keep('A');
  keep('B', 'stays');
  const database = openDatabase(path, vaultVersions);
  const wrapped = Buffer.from(
    database.get('SELECT sealed_key FROM subject WHERE id = ?', 'A')?.['sealed_key'] as Uint8Array,
  );
  const cipher = Buffer.from(database.get('SELECT sealed FROM record WHERE id = ?', id)?.['sealed'] as Uint8Array);
  database.close();
  assert.ok(bytesAt(path).includes(wrapped));
  assert.equal(vault.records.erase('A', 'A'), 1);
  const bytes = bytesAt(path);
  assert.equal(bytes.includes(wrapped), false, 'the key of the person');
  assert.equal(bytes.includes(cipher), false, 'the ciphertext');
  assert.deepEqual(vault.records.of('A'), []);
  assert.throws(() => keep('A'), { kind: 'conflict' });
  assert.deepEqual(texts(vault.records.of('B')), ['stays']);
  await vault.close();
  await (await openVault(deps)).close();
});

test('a backup that is older than an erasure does not bring the person back', async () => {
  const { vault, keep, deps, path, keyFile } = await newVault();
  keep('A');
  const own = keep('B', 'taken out');
  keep('C', 'stays');
  await vault.copyTo(`${path}.backup`);
  vault.records.erase('A', 'system');
  vault.records.remove(own, 'B');
  await vault.close();
  copyFileSync(`${path}.backup`, path);
  const restored = await openVault(deps);
  assert.deepEqual(restored.records.of('A'), []);
  assert.deepEqual(restored.records.of('B'), []);
  assert.deepEqual(texts(restored.records.of('C')), ['stays']);
  assert.ok(existsSync(erasedPath(keyFile)));
  await restored.close();
});

test('one asks, another agrees, and only who asked reads, for an hour', async () => {
  const { vault, keep } = await newVault();
  keep('A');
  const { openings } = vault;
  const { id } = openings.request(clerk, 'A', 'complaint', reason);
  assert.throws(() => openings.read(clerk, id), /this opening is asked/);
  assert.throws(() => openings.approve(clerk, id), /another person/);
  assert.throws(() => openings.approve(person('A'), id), /own record/);
  assert.deepEqual(openings.waiting(clerk), []);
  assert.deepEqual(
    openings.waiting(officer).map((one) => one.id),
    [id],
  );
  openings.approve(officer, id);
  assert.throws(() => openings.approve(officer, id), { kind: 'conflict' });
  assert.throws(() => openings.read(officer, id), /only who asked/);
  assert.deepEqual(texts(openings.read(clerk, id).records), [secret]);
  clock.advance(3_600_000);
  assert.throws(() => openings.read(clerk, id), /this opening is ended/);
  await vault.close();
});

test('a request that nobody decides ends after three days, a refused one stays refused', async () => {
  const { vault, keep } = await newVault();
  keep('A');
  const { openings } = vault;
  const late = openings.request(clerk, 'A', 'abuse', reason);
  const bad = openings.request(clerk, 'A', 'abuse', reason);
  assert.equal(openings.refuse(officer, bad.id).state, 'refused');
  assert.throws(() => openings.read(clerk, bad.id), /refused/);
  clock.advance(3 * dayMs);
  assert.throws(() => openings.approve(officer, late.id), { kind: 'conflict' });
  assert.deepEqual(openings.waiting(officer), []);
  assert.deepEqual(
    openings
      .asked(clerk)
      .map(({ state }) => state)
      .toSorted(),
    ['ended', 'refused'],
  );
  await vault.close();
});

test('where a purpose wants no second person who asks reads at once; nobody but a person asks', async () => {
  const { vault, keep } = await newVault();
  keep('A');
  const { openings } = vault;
  assert.deepEqual(
    purposes.filter(({ second }) => !second).map(({ id }) => id),
    ['call-back'],
  );
  const { id } = openings.request(clerk, 'A', 'call-back', reason);
  assert.deepEqual(texts(openings.read(clerk, id).records), [secret]);
  for (const kind of ['anonymous', 'service', 'device', 'system'] as const)
    assert.throws(() => openings.request({ ...clerk, kind }, 'A', 'call-back', reason), { kind: 'forbidden' });
  assert.throws(() => openings.request(clerk, 'A', 'curiosity', reason), { kind: 'bad-data', field: 'purpose' });
  assert.throws(() => openings.request(clerk, 'A', 'call-back', 'so'), { kind: 'bad-data', field: 'reason' });
  assert.throws(() => openings.request(clerk, 'NOBODY', 'call-back', reason), { kind: 'not-found' });
  await vault.close();
});

test('the policy is asked for each purpose, of who asks, who agrees and who reads', async () => {
  const place = join(root, `${++made}`);
  const mayOpen = new Set(['complaint']);
  const vault = await openVault({
    path: `${place}.db`,
    keyFile: `${place}.key`,
    policy: {
      permits: (who, action, resource) =>
        resource?.type === 'Purpose' && mayOpen.has(resource.id) && (action === 'openVault') === (who.id === 'CLERK'),
    },
    clock,
  });
  vault.records.put({ subject: 'A', kind: 'text', bytes: Buffer.from('x'), by: 'A' });
  assert.throws(() => vault.openings.request(clerk, 'A', 'authority', reason), { kind: 'forbidden' });
  const { id } = vault.openings.request(clerk, 'A', 'complaint', reason);
  assert.throws(() => vault.openings.approve(person('SECOND-CLERK'), 'nothing'), { kind: 'not-found' });
  vault.openings.approve(officer, id);
  mayOpen.clear();
  assert.throws(() => vault.openings.read(clerk, id), { kind: 'forbidden' });
  await vault.close();
});

test('the person concerned is told after the days of the purpose, and everybody is told how many there were', async () => {
  const { vault, keep } = await newVault();
  keep('A');
  const { openings } = vault;
  const { id } = openings.request(clerk, 'A', 'authority', reason);
  openings.approve(officer, id);
  openings.request(clerk, 'A', 'abuse', reason);
  assert.deepEqual(openings.notices('A'), [], 'nobody has looked yet');
  openings.read(clerk, id);
  clock.advance(89 * dayMs);
  assert.deepEqual(openings.notices('A'), []);
  clock.advance(dayMs);
  const [notice, ...more] = openings.notices('A');
  assert.deepEqual(more, []);
  assert.deepEqual(
    { reason: notice?.reason, askedBy: notice?.askedBy, decidedBy: notice?.decidedBy },
    { reason, askedBy: 'CLERK', decidedBy: 'OFFICER' },
  );
  assert.deepEqual(openings.notices('B'), []);
  const [year] = openings.counts((ms) => new Date(ms).getUTCFullYear());
  assert.equal(year?.year, 2026);
  assert.equal(year.official, 1);
  assert.deepEqual(
    year.byPurpose.filter(({ asked }) => asked > 0),
    [
      { purpose: 'abuse', asked: 1, refused: 0, opened: 0 },
      { purpose: 'authority', asked: 1, refused: 0, opened: 1 },
    ],
  );
  await vault.close();
});

test('every step stands in the access log, and in the transparency log as a number and a hash alone', async () => {
  const { vault, keep } = await newVault();
  const told: { type: string; id: string; record: Json }[] = [];
  keep('A');
  const { id } = vault.openings.request(clerk, 'A', 'danger', reason);
  vault.openings.approve(officer, id);
  vault.openings.read(clerk, id);
  vault.records.erase('A', 'OFFICER');
  await vault.tellLog(async (type, about, record) => void told.push({ type, id: about, record }));
  const entries = vault.accessLog.newest(Infinity, 10).toReversed();
  assert.deepEqual(
    entries.map(({ deed, by }) => `${deed} ${by}`),
    ['kept A', 'asked CLERK', 'approved OFFICER', 'opened CLERK', 'erased OFFICER'],
  );
  assert.doesNotMatch(JSON.stringify(entries), /zarina|pipe/);
  assert.deepEqual(
    told.map(({ record }) => anchorOf(record)?.seq),
    [1, 2, 3, 4, 5],
  );
  assert.doesNotMatch(JSON.stringify(told), /CLERK|OFFICER|"A"/);
  const anchors = told.map(({ record }) => anchorOf(record)).filter((anchor) => anchor !== undefined);
  assert.deepEqual(vault.accessLog.verify(anchors), { entries: 5 });
  // What cannot be told waits.
  keep('B');
  await assert.rejects(
    vault.tellLog(() => Promise.reject(new Error('away'))),
    /away/,
  );
  await vault.tellLog(async (type, about, record) => void told.push({ type, id: about, record }));
  assert.equal(anchorOf(told.at(-1)?.record)?.seq, 6);
  await vault.close();
});

test('no byte and no row of the access log changes unnoticed', async () => {
  const { vault, keep, path, deps } = await newVault();
  keep('A');
  for (const purpose of ['danger', 'abuse', 'complaint']) {
    const { id } = vault.openings.request(clerk, 'A', purpose, reason);
    vault.openings.approve(officer, id);
  }
  const told: Json[] = [];
  await vault.tellLog(async (_type, _id, record) => void told.push(record));
  const anchors: Anchor[] = told.map(anchorOf).filter((anchor) => anchor !== undefined);
  const lines = vault.accessLog.lines();
  await vault.close();
  const whole = JSON.stringify(lines);
  let tried = 0;
  for (let at = 0; at < whole.length; at++) {
    const bad = `${whole.slice(0, at)}${String.fromCharCode(whole.charCodeAt(at) ^ 1)}${whole.slice(at + 1)}`;
    let read: typeof lines;
    try {
      read = JSON.parse(bad) as typeof lines;
      if (read.some((line) => typeof line.entry !== 'string' || typeof line.hash !== 'string')) continue;
    } catch {
      continue;
    }
    tried++;
    assert.throws(() => verifyLines(read, anchors), Problem, `byte ${at}`);
  }
  assert.ok(tried > 500, `${tried} bytes`);

  const original = readFileSync(path);
  const tamper = async (sql: string, known: readonly Anchor[] = []): Promise<void> => {
    writeFileSync(path, original);
    for (const rest of ['-wal', '-shm']) rmSync(`${path}${rest}`, { force: true });
    const database = openDatabase(path, vaultVersions);
    for (const one of sql.split('; ')) database.run(one);
    database.close();
    const opened = await openVault(deps);
    assert.throws(() => opened.accessLog.verify(known), { kind: 'bad-data' }, sql);
    await opened.close();
  };
  for (const { seq } of lines.map((_, n) => ({ seq: n + 1 }))) {
    await tamper(`DELETE FROM access WHERE seq = ${seq}`);
    await tamper(`UPDATE access SET seq = 99 WHERE seq = ${seq}`);
    await tamper(`UPDATE access SET hash = '${'0'.repeat(64)}' WHERE seq = ${seq}`);
    await tamper(`UPDATE access SET entry = replace(entry, 'CLERK', 'OTHER') || ' ' WHERE seq = ${seq}`);
  }
  await tamper(`DELETE FROM access`, anchors);
  await tamper(`DELETE FROM access; DELETE FROM vault WHERE name = 'head'`, anchors);
  await tamper(`INSERT INTO access VALUES (0, '{"seq":0}', 'x')`);
  // The whole log made anew, with right hashes and without the key, by whoever owns the machine.
  await tamper(`UPDATE vault SET value = zeroblob(32) WHERE name = 'head'`);
  writeFileSync(path, original);
  const whole2 = await openVault(deps);
  assert.deepEqual(whole2.accessLog.verify(anchors), { entries: lines.length });
  await whole2.close();
});

test('what a crash left between the vault and the journal is swept after an hour, what is named stays', async () => {
  const { vault } = await newVault();
  const put = (): string =>
    vault.records.put({ subject: 'A', kind: 'text', bytes: Buffer.from('x'), by: 'A', pending: true });
  const [named, orphan, told] = [put(), put(), put()] as const;
  vault.records.keep([told]);
  vault.namedBy(async (ids) => new Set(ids.filter((id) => id === named)));
  assert.equal(await vault.sweep(), 0, 'within the hour');
  clock.advance(3_600_001);
  assert.equal(await vault.sweep(), 1);
  assert.deepEqual(
    vault.records.of('A').map(({ id }) => id),
    [named, told],
  );
  assert.throws(() => vault.records.remove(orphan, 'A'), { kind: 'not-found' });
  await vault.close();
});

test('a new key opens what the old one did, the old one opens nothing, and a kill in between leaves one that does', async () => {
  const { vault, keep, deps, path, keyFile } = await newVault();
  keep('A');
  await vault.close();
  copyFileSync(keyFile, `${keyFile}.old`);
  const old = { database: readFileSync(path), key: readFileSync(keyFile) };
  assert.equal(await rotateVaultKey({ path, keyFile, clock, by: 'system' }), 1);
  assert.equal(existsSync(`${keyFile}.next`), false);
  await assert.rejects(openVault({ ...deps, keyFile: `${keyFile}.old` }), /another vault/);
  const again = await openVault(deps);
  assert.deepEqual(texts(again.records.of('A')), [secret]);
  assert.deepEqual(again.accessLog.verify([]), { entries: 2 });
  await again.close();
  const next = readFileSync(keyFile);
  // Killed before the transaction: the file of the new key is of no use.
  writeFileSync(`${keyFile}.next`, next);
  writeFileSync(keyFile, old.key);
  const rotated = readFileSync(path);
  writeFileSync(path, old.database);
  const before = await openVault(deps);
  assert.deepEqual(texts(before.records.of('A')), [secret]);
  await before.close();
  assert.equal(existsSync(`${keyFile}.next`), false);
  // Killed after it: the new key is taken.
  writeFileSync(`${keyFile}.next`, next);
  writeFileSync(path, rotated);
  const later = await openVault(deps);
  assert.deepEqual(texts(later.records.of('A')), [secret]);
  await later.close();
  assert.ok(next.equals(readFileSync(keyFile)));
});

test('records have their lengths', async () => {
  const { vault } = await newVault();
  const put = (kind: 'contact' | 'original' | 'text', length: number): string =>
    vault.records.put({ subject: 'A', kind, bytes: Buffer.alloc(length), by: 'A' });
  for (const [kind, max] of [
    ['contact', 4_096],
    ['text', 65_536],
    ['original', 10_000_000],
  ] as const) {
    put(kind, max);
    assert.throws(() => put(kind, max + 1), { kind: 'too-large' });
  }
  assert.equal(vault.records.of('A', 'original')[0]?.bytes.length, 10_000_000);
  await vault.close();
});

test('whatever is done in whatever order, the vault holds what a map would, and its log verifies', async () => {
  const step = fc.record({
    do: fc.constantFrom('put', 'replace', 'remove', 'erase', 'sweep', 'restart'),
    subject: fc.constantFrom('A', 'B', 'C'),
    text: fc.string(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const { deps, ...opened } = await newVault();
      let { vault } = opened;
      const model = new Map<string, { subject: string; text: string }>();
      const erased = new Set<string>();
      for (const { do: deed, subject, text } of steps) {
        const [id] = [...model].find(([, record]) => record.subject === subject) ?? [];
        if (deed === 'put' && !erased.has(subject))
          model.set(vault.records.put({ subject, kind: 'text', bytes: Buffer.from(text), by: subject }), {
            subject,
            text,
          });
        if (deed === 'replace' && id !== undefined) {
          vault.records.replace(id, Buffer.from(text), subject);
          model.set(id, { subject, text });
        }
        if (deed === 'remove' && id !== undefined) {
          vault.records.remove(id, subject);
          model.delete(id);
        }
        if (deed === 'erase') {
          vault.records.erase(subject, 'system');
          erased.add(subject);
          for (const [own, record] of model) if (record.subject === subject) model.delete(own);
        }
        if (deed === 'sweep') await vault.sweep();
        if (deed === 'restart') {
          await vault.close();
          vault = await openVault(deps);
        }
      }
      for (const subject of ['A', 'B', 'C']) {
        const wanted = [...model.values()]
          .filter((record) => record.subject === subject)
          .map(({ text }) => Buffer.from(text).toString());
        assert.deepEqual(texts(vault.records.of(subject)), wanted);
      }
      vault.accessLog.verify([]);
      await vault.close();
    }),
    { numRuns: 20 },
  );
});
