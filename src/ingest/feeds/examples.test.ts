import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { loadMapping } from '../index.ts';

for (const [name, kinds] of [
  ['open-meteo', ['open-meteo']],
  ['sensorthings', ['sensorthings']],
  ['mqtt', ['mqtt', 'mqtt']],
] as const) {
  test(`the example of ${name} can be copied as it is`, async () => {
    const file = await loadMapping(fileURLToPath(new URL(`../../../docs/examples/feed-${name}.json`, import.meta.url)));
    assert.deepEqual(
      file.feeds.map(({ kind }) => kind),
      kinds,
    );
    assert.ok(file.feeds.every(({ types }) => types.length > 0));
  });
}
