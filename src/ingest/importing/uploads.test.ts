import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, suite, test } from 'node:test';
import fc from 'fast-check';
import { Problem } from '../../base/problem.ts';
import { openUploads } from './uploads.ts';

const bodyOf = (...files: readonly { name: string; bytes: Uint8Array }[]): Request => {
  const form = new FormData();
  for (const { name, bytes } of files) form.append('file', new Blob([bytes as Uint8Array<ArrayBuffer>]), name);
  return new Request('http://127.0.0.1/imports', { method: 'POST', body: form });
};
const text = (words: string): Uint8Array => new TextEncoder().encode(words);

suite('uploads', () => {
  let directory: string;
  let now = Date.UTC(2026, 10, 22);
  let count = 0;
  const newId = (): string => `ID${String(++count).padStart(8, '0')}`;
  const open = (maxBytes?: number) =>
    openUploads({ directory, clock: { now: () => now }, newId, ...(maxBytes !== undefined && { maxBytes }) });

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'chorsu-uploads-'));
  });
  beforeEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });
  after(() => rm(directory, { recursive: true, force: true }));

  test('what was sent is what lies there, under its own name', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5_000 }), async (bytes) => {
        const uploads = open();
        const upload = await uploads.receive(bodyOf({ name: 'Фонусҳо 2026.xlsx', bytes }));
        assert.equal(upload.name, 'Фонусҳо 2026.xlsx');
        assert.ok(upload.path.endsWith('/file.xlsx'));
        assert.deepEqual(new Uint8Array(await readFile(upload.path)), bytes);
        assert.deepEqual(await uploads.get(upload.id), upload);
        await uploads.remove(upload.id);
      }),
      { numRuns: 20 },
    );
  });

  test('a name with folders in it is only a name', async () => {
    const upload = await open().receive(bodyOf({ name: '../../etc/passwd', bytes: text('x') }));
    assert.equal(upload.name, 'passwd');
    assert.ok(upload.path.startsWith(directory));
    await assert.rejects(open().get('../../etc'), { kind: 'not-found' });
  });

  test('a disk is not filled through the form: only so many files wait', async () => {
    const uploads = open();
    for (let n = 0; n < 100; n++) await uploads.receive(bodyOf({ name: 'a.csv', bytes: text('a,b') }));
    const more = bodyOf({ name: 'a.csv', bytes: text('a,b') });
    await assert.rejects(uploads.receive(more), { kind: 'too-large' });
    const [first] = await uploads.list();
    await uploads.finish(first?.id ?? '');
    await uploads.receive(bodyOf({ name: 'a.csv', bytes: text('a,b') }));
  });

  test('a body without a file, with two, cut off or too large is refused and nothing stays', async () => {
    const refused = async (request: Request, kind: string, maxBytes?: number): Promise<void> => {
      await assert.rejects(open(maxBytes).receive(request), (error) => error instanceof Problem && error.kind === kind);
      assert.deepEqual(await readdir(directory).catch(() => []), []);
    };
    await refused(new Request('http://127.0.0.1/', { method: 'POST', body: 'a,b' }), 'unsupported-media-type');
    await refused(bodyOf(), 'bad-data');
    for (const type of ['multipart/form-data; x=1', `multipart/form-data; boundary=${'b'.repeat(5_000)}`])
      await refused(
        new Request('http://127.0.0.1/', { method: 'POST', body: 'a,b', headers: { 'content-type': type } }),
        'bad-data',
      );
    await refused(bodyOf({ name: 'a.csv', bytes: text('a') }, { name: 'b.csv', bytes: text('b') }), 'bad-data');
    await refused(bodyOf({ name: 'a.csv', bytes: new Uint8Array(2_000) }), 'too-large', 1_000);
    const announced = { 'content-type': 'multipart/form-data; boundary=x', 'content-length': '3000000000' };
    await refused(
      new Request('http://127.0.0.1/', { method: 'POST', body: 'never read', headers: announced }),
      'too-large',
    );
    const whole = bodyOf({ name: 'a.csv', bytes: new Uint8Array(2_000) });
    const half = (await whole.clone().bytes()).subarray(0, 1_000);
    const headers = { 'content-type': whole.headers.get('content-type') ?? '' };
    await refused(new Request('http://127.0.0.1/', { method: 'POST', body: half, headers }), 'bad-data');
  });

  test('what is taken needs no room any more; what is known of it stays', async () => {
    const uploads = open();
    const upload = await uploads.receive(bodyOf({ name: 'lamps.csv', bytes: text('a,b') }));
    await uploads.note(upload.id, { import: 'X' });
    await uploads.finish(upload.id);
    assert.deepEqual((await readdir(join(directory, upload.id))).sort(), ['about.json', 'choices.json']);
    assert.deepEqual(await uploads.get(upload.id), { ...upload, taken: true });
    assert.deepEqual(await uploads.noted(upload.id), { import: 'X' });
  });

  test('two that clear up at once are not in each other’s way', async () => {
    for (let n = 0; n < 20; n++) await mkdir(join(directory, newId()), { recursive: true });
    now = Date.now() + 2 * 86_400_000;
    await Promise.all([open().sweep(), open().sweep(), open().sweep()]);
    assert.deepEqual(await readdir(directory), []);
  });

  test('what nobody took goes after a week', async () => {
    const uploads = open();
    const old = await uploads.receive(bodyOf({ name: 'old.csv', bytes: text('a') }));
    now += 8 * 86_400_000;
    const young = await uploads.receive(bodyOf({ name: 'young.csv', bytes: text('b') }));
    await assert.rejects(uploads.get(old.id), { kind: 'not-found' });
    assert.deepEqual(await uploads.list(), [young]);
    await uploads.remove(young.id);
    assert.deepEqual(await uploads.list(), []);
  });
});
