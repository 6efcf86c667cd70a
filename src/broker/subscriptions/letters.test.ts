import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fixedClock } from '../../base/clock.ts';
import { anonymousPrincipal } from '../../http/principal.ts';
import { openStore } from '../../store/index.ts';
import { deadLetters, lettersMax } from './letters.ts';
import { letterRow, subscriptionTables, type Stored } from './rows.ts';
import { subscriptionStore } from './store.ts';

test('letters that are too many go, the oldest first, and all that were put aside while their subscription was deleted', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'chorsu-letters-'));
  const store = await openStore({ directory, clock: fixedClock(0), tables: subscriptionTables });
  try {
    const row = (id: string, seq: number) =>
      letterRow(0, id, {
        seq,
        place: 0,
        at: 0,
        bytes: 2,
        refusedAt: 0,
        attempts: 3,
        reason: 'answered 422',
        notice: { entity: { id: 'urn:e:1', type: [], createdAt: '', modifiedAt: '', attrs: {} }, before: {} },
      });
    const rows = [
      ...Array.from({ length: lettersMax + 2 }, (_, n) => row('urn:s:living', n + 1)),
      ...[1, 2, 3].map((seq) => row('urn:s:gone', seq)),
    ];
    await store.writer.commit({ tenant: 0, cause: { by: 'test' }, entities: [], rows });
    const living: Stored = {
      tenant: 0,
      subscription: { id: 'urn:s:living', notification: { endpoint: { uri: 'https://example.org/' } } },
      context: '',
      maker: anonymousPrincipal,
      createdAt: 0,
      modifiedAt: 0,
      seq: 1,
    };
    const read = subscriptionStore(store.rows);
    const letters = deadLetters({
      store: read,
      writer: store.writer,
      delivery: {
        stored: (_, id) => (id === living.subscription.id ? living : undefined),
        sendOnce: () => Promise.reject(new Error('nothing is sent here')),
      },
    });
    assert.equal(await letters.prune(), 2);
    assert.deepEqual(await read.letterCounts(), [{ tenant: 0, id: 'urn:s:living', count: lettersMax }]);
    assert.equal((await read.letters(0, 'urn:s:living', { limit: 1 }))[0]?.seq, 3);
    assert.equal(await letters.prune(), 0);
  } finally {
    await store.close();
    await rm(directory, { recursive: true });
  }
});
