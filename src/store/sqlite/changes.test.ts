import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchApplier } from './apply.ts';
import { changeReader, changeWriter, makeChanges } from './changes.ts';
import { openForWriting } from './schema.ts';

const watch = (size: number) => {
  const changes = makeChanges(size);
  const reader = changeReader(changes);
  const taken: number[] = [];
  let lost = 0;
  const take = (entry: number): void => void taken.push(entry);
  const lose = (): void => void lost++;
  const seen = (): { taken: number[]; lost: number } => {
    const found = { taken: [...taken], lost };
    taken.length = 0;
    lost = 0;
    return found;
  };
  return {
    writer: changeWriter(changes),
    settled: () => (reader.settled(take, lose), seen()),
    unsettled: () => (reader.unsettled(take, lose), seen()),
  };
};

test('what was published is handed over once, shapes as negative numbers and once for each transaction', () => {
  const { writer, settled } = watch(8);
  writer.entity(5);
  for (let n = 0; n < 3; n++) writer.shape(2);
  assert.deepEqual(settled(), { taken: [], lost: 0 });
  writer.reserve();
  writer.publish();
  assert.deepEqual(settled(), { taken: [5, -2], lost: 0 });
  assert.deepEqual(settled(), { taken: [], lost: 0 });
});

test('what is reserved may be seen already, and is handed over again when it is published', () => {
  const { writer, settled, unsettled } = watch(8);
  writer.entity(5);
  writer.reserve();
  assert.deepEqual(settled().taken, []);
  assert.deepEqual(unsettled().taken, [5]);
  writer.publish();
  assert.deepEqual(settled().taken, [5]);
  assert.deepEqual(unsettled().taken, []);
});

test('who falls behind by more than the ring holds is told so, and then goes on', () => {
  const { writer, settled, unsettled } = watch(4);
  for (let key = 1; key <= 9; key++) {
    writer.entity(key);
    writer.reserve();
  }
  assert.equal(unsettled().lost, 1);
  writer.publish();
  assert.equal(settled().lost, 1);
  writer.entity(10);
  writer.reserve();
  writer.publish();
  assert.deepEqual(settled(), { taken: [10], lost: 0 });
});

test('of a register of births only its shape is told; what changes or goes is told by its key', () => {
  const db = openForWriting(':memory:');
  const changes = makeChanges(64);
  const reader = changeReader(changes);
  const applier = batchApplier(db, [], changeWriter(changes));
  let seq = 0;
  const told = (writes: readonly (readonly [id: string, body: string | null, shape: string])[]): number[] => {
    seq++;
    const entities = writes.map(([id, body, shape]) => ({ tenant: 0, id, seq, body, shape, box: null }));
    applier.part(entities, []);
    applier.commit(seq, seq);
    const taken: number[] = [];
    reader.settled(
      (entry) => taken.push(entry),
      () => assert.fail('nothing is lost'),
    );
    return taken;
  };
  const [one, two] = ['A', 'B'].map((type) => JSON.stringify([[type], [], []]));
  assert.ok(one !== undefined && two !== undefined);
  assert.deepEqual(told(Array.from({ length: 1000 }, (_, n) => [`urn:x:${n}`, '{}', one] as const)), [-1]);
  assert.deepEqual(told([['urn:x:4', '{"a":1}', one]]), [5]);
  assert.deepEqual(told([['urn:x:5', '{}', two]]), [6, -1, -2]);
  // SQLite gives the highest key again.
  assert.deepEqual(told([['urn:x:999', null, '']]), [1000, -1]);
  assert.deepEqual(told([['urn:y:1', '{}', two]]), [-2]);
  assert.equal((db.prepare("SELECT key FROM chorsu_entity WHERE id = 'urn:y:1'").get() as { key: number }).key, 1000);
  db.close();
});
