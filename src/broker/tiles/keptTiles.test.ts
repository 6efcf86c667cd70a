import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keptTiles } from './keptTiles.ts';

const tile = (bytes: number) => ({ gzip: new Uint8Array(bytes), thinned: 0 });

test('tiles that hold nothing take room too: their names are as long as the question', () => {
  const kept = keptTiles(100_000);
  const layer = 'q'.repeat(4_000);
  for (let n = 0; n < 1_000; n++) kept.keep(layer, `16/${n}/0`, tile(0));
  assert.ok(kept.bytes <= 100_000);
  assert.equal(kept.find(layer, '16/0/0'), undefined);
  assert.ok(kept.find(layer, '16/999/0'));
});

test('what was asked for last stays, and a layer is forgotten whole', () => {
  const kept = keptTiles(3_500);
  for (const name of ['a', 'b', 'c']) kept.keep('x', name, tile(1_000));
  kept.find('x', 'a');
  kept.keep('y', 'd', tile(1_000));
  assert.deepEqual(
    ['a', 'b', 'c'].map((name) => kept.find('x', name) !== undefined),
    [true, false, true],
  );
  kept.forget('x');
  assert.equal(kept.find('x', 'a'), undefined);
  assert.ok(kept.find('y', 'd'));
  kept.forget('y');
  assert.equal(kept.bytes, 0);
});
