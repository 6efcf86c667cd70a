import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTile, tileOf, type ReadFeature } from '../fixtures/vectorTile.ts';
import { cityIndex, type CityPart } from './cityIndex.ts';
import { tileBytesMax } from './limits.ts';

const at = [68.75, 38.55] as const;
const tileAt = (parts: readonly CityPart[], z: number) => {
  const index = cityIndex();
  for (const part of parts) index.add(part);
  index.finish();
  const { x, y } = tileOf(at, z);
  const { bytes, thinned } = index.tile({ z, x, y });
  return { layers: readTile(bytes), thinned, size: bytes.length };
};
const kindsOf = (features: readonly ReadFeature[] = []): readonly string[] =>
  [...new Set(features.map(({ properties }) => String(properties['kind'])))].sort((a, b) => (a < b ? -1 : 1));

/** Short lines spread over the tile of zoom 14 around the place. */
const streets = (count: number, letters = 0): NonNullable<CityPart['streets']> =>
  Array.from({ length: count }, (_, i) => {
    const [x, y] = [at[0] + ((i * 7919) % 1000) / 1e5, at[1] + ((i * 104_729) % 1009) / 1e5];
    return {
      kind: (['avenue', 'street', 'lane', 'path'] as const)[i % 4] ?? 'lane',
      line: [
        [x, y],
        [x + 0.001, y + 0.0005],
      ],
      ...(letters > 0 && { name: { tg: `${i} ${'ҷ'.repeat(letters)}` } }),
    };
  });

test('rivers, canals and railways are lines with their names; streams come nearer by', () => {
  const line = [at, [at[0] + 0.01, at[1] + 0.005]] as const;
  const groundLines = (['river', 'canal', 'stream', 'rail'] as const).map((kind) => ({
    kind,
    line,
    name: { tg: `Оби ${kind}` },
  }));
  const near = tileAt([{ groundLines }], 14).layers['line'];
  assert.deepEqual(kindsOf(near), ['canal', 'rail', 'river', 'stream']);
  assert.equal(near?.find(({ properties }) => properties['kind'] === 'river')?.properties['name:tg'], 'Оби river');
  assert.deepEqual(kindsOf(tileAt([{ groundLines }], 12).layers['line']), ['canal', 'rail', 'river']);
});

test('where a city has many streets, lesser ones come nearer by; where it has few, all are drawn from afar', () => {
  const many = streets(8000);
  assert.deepEqual(kindsOf(tileAt([{ streets: many }], 11).layers['street']), ['avenue']);
  assert.deepEqual(kindsOf(tileAt([{ streets: many }], 13).layers['street']), ['avenue', 'lane', 'street']);
  assert.deepEqual(kindsOf(tileAt([{ streets: streets(40) }], 12).layers['street']), [
    'avenue',
    'lane',
    'path',
    'street',
  ]);
});

test('a tile that would be too large loses the least important streets first, and says how many', () => {
  const { layers, thinned, size } = tileAt([{ streets: streets(24_000, 60) }], 14);
  assert.ok(size <= tileBytesMax, `${size} bytes`);
  assert.ok(thinned > 0);
  assert.ok(kindsOf(layers['street']).includes('avenue'));
  assert.ok(!kindsOf(layers['street']).includes('path'));
});
