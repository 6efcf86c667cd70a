/** What every adapter of the Files port must do. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Files } from '../ports.ts';

const nothing = async (): Promise<readonly string[]> => [];

export function filesContract(
  name: string,
  /** `later` makes everything that was put before it older than an hour. */
  subject: () => Promise<{ files: Files; reopen: () => Promise<Files>; later: () => void }>,
): void {
  describe(`files: ${name}`, () => {
    it('bytes come back under their SHA-256, also for a new process', async () => {
      const { files: all, reopen } = await subject();
      const files = all.keeper(nothing);
      for (const bytes of [new Uint8Array(), new Uint8Array([0, 255, 10]), new Uint8Array(300_000).fill(7)]) {
        const hash = await files.put(bytes);
        assert.equal(hash, createHash('sha256').update(bytes).digest('hex'));
        assert.deepStrictEqual(await files.get(hash), bytes);
        assert.deepStrictEqual(await (await reopen()).get(hash), bytes);
      }
    });

    it('the same bytes may be put again, even at once', async () => {
      const files = (await subject()).files.keeper(nothing);
      const bytes = new Uint8Array([1, 2, 3]);
      const hashes = await Promise.all(Array.from({ length: 8 }, () => files.put(bytes)));
      assert.equal(new Set(hashes).size, 1);
      assert.deepStrictEqual(await files.get(hashes[0] ?? ''), bytes);
    });

    it('what nothing names is swept when its time is over; what is named, or was put again, stays', async () => {
      const { files, later } = await subject();
      const names: string[] = [];
      const keeper = files.keeper(async () => names);
      const put = (text: string): Promise<string> => keeper.put(Buffer.from(text));
      const [named, again, left] = [await put('named'), await put('again'), await put('left')];
      names.push(named);
      assert.deepStrictEqual(await files.sweep(), { files: 0, bytes: 0 });
      later();
      await put('again');
      const pending = await put('pending');
      assert.deepStrictEqual(await files.sweep(), { files: 1, bytes: 4 });
      assert.equal(await files.get(left), undefined);
      for (const hash of [named, again, pending]) assert.ok(await files.get(hash));
      assert.equal(await put('left'), left, 'it may come back');
      assert.ok(await files.get(left));
    });

    it('what one keeper names the others need not know; what a keeper cannot tell stops the sweep', async () => {
      const { files, later } = await subject();
      const timetables: string[] = [];
      const photos: string[] = [];
      let broken = false;
      const ofTimetables = files.keeper(async () => timetables);
      const ofPhotos = files.keeper(() => (broken ? Promise.reject(new Error('no rows')) : Promise.resolve(photos)));
      timetables.push(await ofTimetables.put(Buffer.from('a timetable')));
      photos.push(await ofPhotos.put(Buffer.from('a photo')));
      const old = await ofPhotos.put(Buffer.from('an old photo'));
      later();
      broken = true;
      await assert.rejects(files.sweep(), /no rows/);
      assert.ok(await files.get(old));
      broken = false;
      assert.deepStrictEqual(await files.sweep(), { files: 1, bytes: 12 });
      for (const hash of [...timetables, ...photos]) assert.ok(await files.get(hash));
    });

    it('what is not there, or not a hash, is undefined', async () => {
      const { files } = await subject();
      for (const hash of ['0'.repeat(64), '', '../../etc/passwd', 'A'.repeat(64)])
        assert.equal(await files.get(hash), undefined);
    });
  });
}
