import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { strToU8, zipSync, type Zippable } from 'fflate';
import { Problem, type ProblemKind } from '../base/problem.ts';
import { openZip, type ZipOptions } from './zip.ts';

const directory = await mkdtemp(join(tmpdir(), 'chorsu-zip-'));
after(() => rm(directory, { recursive: true }));
const pack = (files: Zippable): Buffer => Buffer.from(zipSync(files));

async function readAll(source: string | Uint8Array, options?: ZipOptions): Promise<Record<string, string>> {
  const zip = await openZip(source, options);
  try {
    const texts: Record<string, string> = {};
    for (const { name } of zip.entries) texts[name] = Buffer.from(await zip.readEntry(name)).toString();
    return texts;
  } finally {
    await zip.close();
  }
}
const problem = (kind: ProblemKind, detail: RegExp) => (error: unknown) => {
  assert.ok(error instanceof Problem, String(error));
  assert.equal(error.kind, kind, error.message);
  assert.match(error.message, detail);
  return true;
};

/** Where the records of an entry begin: in front of its bytes, and in the directory. */
function recordsOf(zip: Buffer, name: string): { local: number; central: number } {
  const at = (signature: number, nameAt: number): number => {
    for (let i = 0; i < zip.length - 4; i++) {
      if (zip.readUInt32LE(i) === signature && zip.toString('latin1', i + nameAt, i + nameAt + name.length) === name) {
        return i;
      }
    }
    throw new Error(`no ${name}`);
  };
  return { local: at(0x04034b50, 30), central: at(0x02014b50, 46) };
}

test('entries are listed and read whole, in chunks and again, from a file and from bytes', async () => {
  const long = 'a line of some text\n'.repeat(20_000);
  const bytes = pack({ 'one.txt': strToU8('one'), folder: { 'two.txt': [strToU8(long), { level: 0 }] }, 'empty/': {} });
  const path = join(directory, 'plain.zip');
  await writeFile(path, bytes);
  for (const source of [path, bytes]) {
    assert.deepEqual(await readAll(source), { 'one.txt': 'one', 'folder/two.txt': long });
  }
  const zip = await openZip(path);
  assert.deepEqual(zip.find('one.txt')?.size, 3);
  assert.equal(zip.find('none'), undefined);
  for (let again = 0; again < 2; again++) {
    let length = 0;
    let read = 0;
    for await (const chunk of zip.streamEntry('folder/two.txt', (count) => (read = count))) length += chunk.length;
    assert.deepEqual([length, read], [long.length, long.length]);
  }
  for await (const _ of zip.streamEntry('folder/two.txt')) break;
  await assert.rejects(zip.readEntry('three.txt'), problem('not-found', /holds no three\.txt/));
  await zip.close();
});

test('what is no ZIP file, cut off or not there is told apart', async () => {
  const bytes = pack({ a: strToU8('x'.repeat(5000)) });
  await assert.rejects(openZip(join(directory, 'none.zip')), problem('not-found', /cannot read/));
  await assert.rejects(openZip(strToU8('id,name\n1,a\n'), { name: 'a.zip' }), problem('bad-data', /a\.zip is no ZIP/));
  await assert.rejects(openZip(new Uint8Array()), problem('bad-data', /is no ZIP/));
  await assert.rejects(openZip(bytes.subarray(0, bytes.length - 30)), problem('bad-data', /the file is cut off/));
  await assert.rejects(openZip(Buffer.concat([bytes, strToU8('more')])), problem('bad-data', /damaged/));
});

test('a bomb is refused before it is inflated', async () => {
  const bomb = pack({ 'sheet.xml': [new Uint8Array(50_000_000), { level: 9 }], 'ok.txt': strToU8('ok') });
  assert.ok(bomb.length < 100_000);
  const zip = await openZip(bomb, { name: 'bomb.xlsx' });
  await assert.rejects(zip.readEntry('sheet.xml'), problem('too-large', /would inflate \d+ times.*ZIP bomb/));
  // Who lies about the size is found while it is inflated.
  const { central, local } = recordsOf(bomb, 'sheet.xml');
  const liar = Buffer.from(bomb);
  liar.writeUInt32LE(900_000, central + 24);
  liar.writeUInt32LE(900_000, local + 22);
  await assert.rejects(readAll(liar), problem('bad-data', /holds more than the 900000 bytes/));
});

test('the limits hold: entries, bytes at once, bytes in all', async () => {
  const many = pack(Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`${i}`, new Uint8Array(1000)])));
  await assert.rejects(openZip(many, { limits: { entries: 19 } }), problem('too-large', /20 entries; at most 19/));
  await assert.rejects(openZip(many, { limits: { directoryBytes: 20 } }), problem('too-large', /directory/));
  await assert.rejects(readAll(many, { limits: { wholeBytes: 999 } }), problem('too-large', /at most 999/));
  await assert.rejects(readAll(many, { limits: { inflatedBytes: 19_999 } }), problem('too-large', /inflate to 20000/));
  assert.equal(Object.keys(await readAll(many, { limits: { inflatedBytes: 20_000 } })).length, 20);
});

test('names that lead out, stand twice or hide in each other are refused', async () => {
  for (const name of ['../evil', 'a/../../evil', '/etc/evil', 'C:/evil', 'a\\b']) {
    await assert.rejects(openZip(pack({ [name]: strToU8('x') })), problem('bad-data', /leads out/), name);
  }
  const two = pack({ 'a.txt': strToU8('first'), 'b.txt': strToU8('other') });
  const [a, b] = [recordsOf(two, 'a.txt'), recordsOf(two, 'b.txt')];
  const twice = Buffer.from(two);
  twice.write('a.txt', b.central + 46);
  await assert.rejects(openZip(twice), problem('bad-data', /a\.txt twice/));
  const overlapping = Buffer.from(two);
  overlapping.writeUInt32LE(a.local, b.central + 42);
  await assert.rejects(openZip(overlapping), problem('bad-data', /overlap/));
  // The local header's extra field is not in the directory: it is seen when the entry is read.
  const stretched = Buffer.from(two);
  stretched.writeUInt16LE(20, a.local + 28);
  await assert.rejects(readAll(stretched), problem('bad-data', /overlaps b\.txt/));
});

test('a password and an unknown compression are said', async () => {
  const plain = pack({ 'a.txt': strToU8('text') });
  const { central } = recordsOf(plain, 'a.txt');
  const locked = Buffer.from(plain);
  locked.writeUInt16LE(1, central + 8);
  await assert.rejects(openZip(locked), problem('not-supported', /protected by a password/));
  locked.writeUInt16LE(0x41, central + 8);
  await assert.rejects(openZip(locked), problem('not-supported', /protected by a password/));
  const other = Buffer.from(plain);
  other.writeUInt16LE(9, central + 10);
  await assert.rejects(readAll(other), problem('not-supported', /method 9/));
});

test('a changed byte in the data is found by its checksum', async () => {
  const bytes = pack({ 'a.txt': [strToU8('some text that is stored'), { level: 0 }] });
  bytes[recordsOf(bytes, 'a.txt').local + 40] = 0x21;
  await assert.rejects(readAll(bytes), problem('bad-data', /CRC-32/));
});

test('a directory that points beyond every file is an error, not a crash', async () => {
  const plain = pack({ 'a.txt': strToU8('text') });
  const end = plain.subarray(plain.length - 22);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(0xffff_ffff_ffff_ff00n, 8);
  const beyond = Buffer.concat([plain.subarray(0, plain.length - 22), locator, end]);
  const path = join(directory, 'beyond.zip');
  await writeFile(path, beyond);
  for (const source of [path, beyond]) await assert.rejects(openZip(source), problem('bad-data', /damaged/));
});

test('whatever bytes are changed, the answer is the same texts or a Problem', async () => {
  const bytes = pack({ 'a.txt': strToU8('text '.repeat(50)), 'b/c.txt': [strToU8('stored'), { level: 0 }] });
  const change = fc.record({ at: fc.nat(bytes.length - 1), to: fc.integer({ min: 0, max: 255 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), fc.nat(bytes.length), async (changes, cut) => {
      const mutated = Buffer.from(bytes);
      for (const { at, to } of changes) mutated[at] = to;
      for (const source of [mutated, mutated.subarray(0, cut)]) {
        try {
          await readAll(source);
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
        }
      }
    }),
    { numRuns: 400 },
  );
});
