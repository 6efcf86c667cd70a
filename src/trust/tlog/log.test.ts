import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { systemClock } from '../../base/clock.ts';
import { Problem, type ProblemKind } from '../../base/problem.ts';
import { openStore } from '../../store/index.ts';
import { newPrivateKey, openSigner, tree, verifyEd25519 } from './keys.ts';
import { openLog, type Log } from './log.ts';
import { equal } from './merkle.ts';
import { formatSignature, signatureTypes, type Verifier } from './note.ts';
import { parseProof, verifyProof } from './proof.ts';
import { leafTable, versionTable } from './records.ts';
import { verifyReplaced } from './replaced.ts';
import { hashesIn, inDirectory } from './source.ts';
import { transparency, type Transparency } from './transparency.ts';
import { readCheckpoint, verifyLog, verifyReceipt } from './verify.ts';
import { look, type Memory } from './witness.ts';

const signer = openSigner(newPrivateKey('city.example/log', signatureTypes.ed25519));
const witness = openSigner(newPrivateKey('university.example/w1', signatureTypes.cosignature));
const keys = { log: [signer.verifier], witnesses: [witness.verifier] };
const entry = (n: number, salt = ''): Uint8Array => new TextEncoder().encode(`{"entry":${n}}${salt}`);
const entries = (from: number, count: number, salt = ''): Uint8Array[] =>
  Array.from({ length: count }, (_, n) => entry(from + n, salt));
const problem = (kind: ProblemKind, words: RegExp) => (error: unknown) =>
  error instanceof Problem && error.kind === kind && words.test(error.message);

async function temporary(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'chorsu-log-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}
const open = (directory: string, witnesses: readonly Verifier[] = keys.witnesses): Promise<Log> =>
  openLog({ directory, signer, witnesses });
const filesOf = async (directory: string): Promise<string[]> =>
  (await readdir(directory, { recursive: true, withFileTypes: true }))
    .filter((found) => found.isFile())
    .map((found) => join(found.parentPath, found.name));

describe('the log on disk', () => {
  test('it is the same log after every start, and each of its checkpoints goes on being proven', async (t) => {
    const directory = await temporary(t);
    let size = 0;
    const heads: { size: number; root: Uint8Array }[] = [];
    for (const count of [1, 1, 253, 1, 1, 300, 212, 1]) {
      const log = await open(directory);
      assert.equal(log.size(), size);
      await log.append(entries(size, count));
      size += count;
      heads.push(log.head().checkpoint);
    }
    const log = await open(directory);
    const { checkpoint } = await verifyLog(inDirectory(directory), keys);
    assert.equal(checkpoint.size, 770);
    for (const head of heads) {
      const proof = await tree.consistency(head.size, 770, hashesIn(inDirectory(directory), 770));
      assert.ok(tree.isConsistent(proof, head, checkpoint), String(head.size));
      const root = await tree.root(head.size, hashesIn(inDirectory(directory), head.size));
      assert.ok(equal(root, head.root), `the tree of ${head.size}`);
    }
    for (const index of [0, 254, 255, 256, 511, 512, 769]) {
      const proof = await log.prove(index);
      verifyProof(proof, entry(index), keys, { merkle: tree, verify: verifyEd25519 });
      assert.deepEqual(await log.entries(index, 2), entries(index, index === 769 ? 1 : 2));
    }
    assert.equal((await log.entries(0, 10_000)).length, 770);
    await assert.rejects(log.prove(770), problem('not-found', /no number 770/));
  });

  test('a crash before the checkpoint leaves the log that the checkpoint tells of', async (t) => {
    const directory = await temporary(t);
    const log = await open(directory);
    await log.append(entries(0, 255));
    const before = await readFile(join(directory, 'checkpoint'));
    await log.append(entries(255, 10, 'lost'));
    await writeFile(join(directory, 'checkpoint'), before);
    // The files of what was lost are there; what comes now takes their place.
    const again = await open(directory);
    assert.equal(again.size(), 255);
    await again.append(entries(255, 10));
    assert.equal((await verifyLog(inDirectory(directory), keys)).checkpoint.size, 265);
    assert.deepEqual(await again.entries(255, 10), entries(255, 10));
  });

  test('what could not be written is not in the log, and can be added again', async (t) => {
    const directory = await temporary(t);
    const log = await open(directory);
    await log.append(entries(0, 3));
    // A folder where the file has to be.
    await mkdir(join(directory, 'tile', 'entries', '000.p', '5'));
    await assert.rejects(log.append(entries(3, 2)));
    assert.equal(log.size(), 3);
    await rm(join(directory, 'tile', 'entries', '000.p', '5'), { recursive: true });
    await log.append(entries(3, 2));
    assert.equal((await verifyLog(inDirectory(directory), keys)).checkpoint.size, 5);
    assert.deepEqual(await log.entries(0, 9), entries(0, 5));
  });

  test('any byte that is changed, in any file, is found', async (t) => {
    const directory = await temporary(t);
    const log = await open(directory);
    await log.append(entries(0, 258));
    await verifyLog(inDirectory(directory), keys);
    let tried = 0;
    for (const path of await filesOf(directory)) {
      const whole = await readFile(path);
      // Every byte of the small files, some of the large ones.
      const step = Math.max(1, Math.floor(whole.length / 150));
      for (let at = 0; at < whole.length; at += step, tried++) {
        const changed = Buffer.from(whole);
        changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
        await writeFile(path, changed);
        await assert.rejects(verifyLog(inDirectory(directory), keys), Error, `${path} byte ${at}`);
      }
      await writeFile(path, whole.subarray(0, -1));
      await assert.rejects(verifyLog(inDirectory(directory), keys), Error, `${path} cut`);
      await writeFile(path, whole);
    }
    assert.ok(tried > 500, String(tried));
    await verifyLog(inDirectory(directory), keys);
  });

  test('any byte that is changed in a part that a fuller tile has replaced is found', async (t) => {
    const directory = await temporary(t);
    const log = await open(directory);
    await log.append(entries(0, 257));
    await log.append(entries(257, 3));
    await log.append(entries(260, 2));
    const { size } = log.head().checkpoint;
    await verifyReplaced(directory, size);
    const parts = ['tile/0/001.p/1', 'tile/0/001.p/4', 'tile/entries/001.p/1', 'tile/entries/001.p/4'];
    for (const part of parts) {
      const path = join(directory, part);
      const whole = await readFile(path);
      for (let at = 0; at < whole.length; at++) {
        const changed = Buffer.from(whole);
        changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
        await writeFile(path, changed);
        await assert.rejects(verifyReplaced(directory, size), problem('conflict', /is not the beginning of/));
      }
      for (const other of [whole.subarray(0, -1), Buffer.concat([whole, whole]), Buffer.alloc(0)]) {
        await writeFile(path, other);
        await assert.rejects(verifyReplaced(directory, size), problem('conflict', /is not the beginning of/));
      }
      await writeFile(path, whole);
    }
    await verifyReplaced(directory, size);
  });

  test('a log whose newest tile was changed is not opened: it would sign a lie', async (t) => {
    const directory = await temporary(t);
    await (await open(directory)).append(entries(0, 3));
    const path = join(directory, 'tile/0/000.p/3');
    const bytes = await readFile(path);
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    await writeFile(path, bytes);
    await assert.rejects(open(directory), problem('bad-data', /tampered with or is damaged/));
  });
});

const memory = (): Memory & { kept?: string } => {
  const kept: { kept?: string } = {};
  return Object.assign(kept, {
    load: async () => kept.kept,
    save: async (text: string) => {
      kept.kept = text;
    },
  });
};

describe('witnesses', () => {
  const watch = (directory: string, remembers: Memory, now = 1_790_000_000) =>
    look({ read: inDirectory(directory), log: signer.verifier, signer: witness, memory: remembers, now });

  test('a log that grows is signed, and shows it until it has grown again', async (t) => {
    const directory = await temporary(t);
    const log = await open(directory);
    await log.append(entries(0, 3));
    const remembers = memory();
    const first = await watch(directory, remembers);
    assert.equal(first.outcome, 'consistent');
    if (first.outcome !== 'consistent') return;
    const hand = async (cosigned: string): Promise<void> => {
      const cut = cosigned.lastIndexOf('\n\n');
      await log.cosign(cosigned.slice(0, cut + 1), cosigned.slice(cut + 2));
    };
    await hand(first.cosigned);
    assert.equal((await readCheckpoint(inDirectory(directory), keys)).cosigned[0]?.timestamp, 1_790_000_000);
    await log.append(entries(3, 300));
    assert.equal(log.head().cosigned.length, 0);
    assert.equal(log.witnessed()?.checkpoint.size, 3);
    await assert.rejects(hand(first.cosigned), problem('conflict', /another checkpoint/));
    // What was witnessed is proven by the checkpoint that was.
    assert.match((await log.prove(1)).checkpoint, /university\.example/);
    assert.doesNotMatch((await log.prove(100)).checkpoint, /university\.example/);
    const second = await watch(directory, remembers, 1_790_000_060);
    assert.ok(second.outcome === 'consistent' && second.before === 3);
    await hand(second.cosigned);
    assert.equal((await open(directory)).witnessed()?.checkpoint.size, 303);
    const strange = openSigner(newPrivateKey('stranger.example', signatureTypes.cosignature));
    const text = log.head().note.text;
    await assert.rejects(
      log.cosign(text, formatSignature(strange.cosign(text, 1))),
      problem('forbidden', /no witness/),
    );
    const wrong = { ...witness.cosign(text, 1), bytes: witness.cosign(`${text}x\n`, 1).bytes };
    await assert.rejects(log.cosign(text, formatSignature(wrong)), problem('forbidden', /does not fit/));
  });

  test('a cosignature that comes while the log grows never takes it back', async (t) => {
    const directory = await temporary(t);
    const log = await open(directory);
    await log.append(entries(0, 2));
    const { text } = log.head().note;
    const line = formatSignature(witness.cosign(text, 7));
    const [grown, cosigned, late] = await Promise.allSettled([
      log.append(entries(2, 400)),
      log.cosign(text, line),
      log.append(entries(402, 1)),
    ]);
    assert.deepEqual([grown.status, cosigned.status, late.status], ['fulfilled', 'rejected', 'fulfilled']);
    assert.equal((await open(directory)).size(), 403);
    const now = log.head().note.text;
    await Promise.all([log.cosign(now, formatSignature(witness.cosign(now, 8))), log.append(entries(403, 1))]);
    const again = await open(directory);
    assert.deepEqual([again.size(), again.witnessed()?.checkpoint.size], [404, 403]);
  });

  test('a log that shows two trees, took something back or is another one is told apart, and not signed', async (t) => {
    const top = await temporary(t);
    const [one, two] = [join(top, 'one'), join(top, 'two')];
    await (await open(one)).append(entries(0, 5));
    await cp(one, two, { recursive: true });
    const past = join(top, 'past');
    await cp(one, past, { recursive: true });
    await (await open(one)).append(entries(5, 4));
    await (await open(two)).append(entries(5, 9, 'for other eyes'));
    const remembers = memory();
    await watch(one, remembers);
    const kept = remembers.kept;
    const split = await watch(two, remembers);
    assert.ok(split.outcome === 'inconsistent' && /does not contain the one of 9/.test(split.why));
    assert.ok(split.seen.startsWith('city.example/log\n9\n') && split.shown.startsWith('city.example/log\n14\n'));
    const back = await watch(past, remembers);
    assert.ok(back.outcome === 'inconsistent' && /has 5 entries, and had 9/.test(back.why));
    await cp(past, join(top, 'same'), { recursive: true });
    await (await open(join(top, 'same'))).append(entries(5, 4, 'other'));
    const same = await watch(join(top, 'same'), remembers);
    assert.ok(same.outcome === 'inconsistent' && /two trees of 9 entries/.test(same.why));
    assert.equal(remembers.kept, kept, 'what was seen is not forgotten for what is not believed');
  });
});

describe('versions of records', () => {
  type Opened = { city: Transparency; store: Awaited<ReturnType<typeof openStore>>; log: Log };
  const openCity = async (directory: string): Promise<Opened> => {
    const tables = [versionTable, leafTable];
    const store = await openStore({ directory: join(directory, 'data'), clock: systemClock, tables });
    const log = await open(join(directory, 'tlog'));
    return { store, log, city: transparency({ log, rows: store.rows, writer: store.writer, clock: systemClock }) };
  };
  const records = async ({ store }: Opened) => (await store.journal.read(1, 1_000)).records;

  test('a new version is logged once, an equal one not at all, and a receipt opens it', async (t) => {
    const opened = await openCity(await temporary(t));
    const { city, store } = opened;
    assert.ok(await city.note('calendar', 'namangan', { holidays: ['2026-03-21'] }));
    assert.ok(!(await city.note('calendar', 'namangan', { holidays: ['2026-03-21'] })));
    assert.ok(await city.note('calendar', 'namangan', { holidays: ['2026-03-21', '2026-09-01'] }));
    await city.follow(await records(opened));
    await city.follow(await records(opened));
    assert.deepEqual(
      (await city.newest(100, 10)).map(({ index, id, version }) => [index, id, version]),
      [
        [1, 'namangan', 2],
        [0, 'namangan', 1],
      ],
    );
    const text = await city.receipt(1);
    const receipt = verifyReceipt(text, keys);
    assert.deepEqual(receipt.opening.record, { holidays: ['2026-03-21', '2026-09-01'] });
    const { extra } = parseProof(text);
    const forged = Buffer.from(extra ?? [])
      .toString()
      .replace('2026-09-01', '2026-09-02');
    const swapped = text.replace(Buffer.from(extra ?? []).toString('base64'), Buffer.from(forged).toString('base64'));
    assert.throws(() => verifyReceipt(swapped, keys), problem('conflict', /does not hold this entry/));
    await store.close();
  });

  test('whatever a crash leaves between tree and rows, each version stands in the log exactly once', async (t) => {
    const directory = await temporary(t);
    const first = await openCity(directory);
    for (const n of [1, 2, 3, 4]) await first.city.note('release', 'chorsu', { version: n });
    const all = await records(first);
    // Killed after the tree took two and before the rows said so; the other two were never looked at.
    const { log } = first;
    const { entryBytes, entryOf } = await import('./entry.ts');
    const { hmac } = await import('./keys.ts');
    const { versionsIn } = await import('./records.ts');
    await log.append(
      all
        .slice(0, 2)
        .flatMap(versionsIn)
        .map((opening) => entryBytes(entryOf(opening, hmac))),
    );
    await first.store.close();

    const again = await openCity(directory);
    await again.city.catchUp();
    await again.city.follow(await records(again));
    assert.deepEqual(
      (await again.city.newest(100, 10)).map(({ index, version }) => [index, version]),
      [
        [3, 4],
        [2, 3],
        [1, 2],
        [0, 1],
      ],
    );
    for (const index of [0, 1, 2, 3])
      assert.deepEqual(verifyReceipt(await again.city.receipt(index), keys).opening.record, { version: index + 1 });
    await again.store.close();
  });
});
