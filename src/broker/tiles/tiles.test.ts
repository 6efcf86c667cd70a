import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { openTestCity } from '../../../test/fixtures/testCity.ts';
import { readTile, tileOf, type ReadFeature } from '../fixtures/vectorTile.ts';

const namuna = fileURLToPath(new URL('../../city/namuna/', import.meta.url));
const city = await openTestCity({ city: namuna });
after(() => city.close());

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${city.url}/api/tiles/${path}`, { headers });
const layersAt = async (layer: string, z: number, at: readonly [number, number] = city.city.center) => {
  const { x, y } = tileOf(at, z);
  const response = await get(`${layer}/${z}/${x}/${y}.mvt`);
  assert.ok(response.status === 200 || response.status === 204, `${response.status}`);
  return response.status === 204 ? {} : readTile(new Uint8Array(await response.arrayBuffer()));
};
const named = (features: readonly ReadFeature[] | undefined, name: string): ReadFeature | undefined =>
  features?.find(({ properties }) => properties['name:en'] === name);

test('a tile of the city holds its districts, ground, streets and names in every language', async () => {
  const layers = await layersAt('city', 13);
  assert.deepEqual(Object.keys(layers).toSorted(), ['district', 'ground', 'label', 'street']);
  const avenue = named(layers['street'], 'Chorsu Avenue');
  assert.equal(avenue?.kind, 'line');
  assert.deepEqual(avenue.properties, {
    kind: 'avenue',
    id: 'chorsu',
    'name:tg': 'хиёбони Чорсу',
    'name:ru': 'проспект Чорсу',
    'name:uz': 'Chorsu shohkoʻchasi',
    'name:kk': 'Чорсу даңғылы',
    'name:en': 'Chorsu Avenue',
  });
  const kinds = new Set(layers['ground']?.map(({ properties }) => properties['kind']));
  assert.deepEqual(kinds, new Set(['water', 'green']));
});

test('each district is named once, at a point inside it, however many tiles it lies in', async () => {
  const names: string[] = [];
  for (let x = 0; x < 2 ** 14; x++) {
    const west = tileOf([city.city.bbox[0], city.city.bbox[3]], 14);
    const east = tileOf([city.city.bbox[2], city.city.bbox[1]], 14);
    if (x < west.x || x > east.x) continue;
    for (let { y } = west; y <= east.y; y++) {
      const response = await get(`city/14/${x}/${y}.mvt`);
      if (response.status !== 200) continue;
      for (const { kind, properties, parts } of readTile(new Uint8Array(await response.arrayBuffer()))['label'] ?? []) {
        const [px = -1, py = -1] = parts[0]?.[0] ?? [];
        // The margin of a tile repeats what its neighbour holds.
        if (properties['kind'] !== 'district' || px < 0 || px >= 4096 || py < 0 || py >= 4096) continue;
        assert.equal(kind, 'point');
        names.push(String(properties['id']));
      }
    }
  }
  assert.deepEqual(names.toSorted(), city.city.districts.map(({ id }) => id).toSorted());
});

test('who has the tile is told so, without its bytes; where nothing lies there is no content', async () => {
  const { x, y } = tileOf(city.city.center, 12);
  const first = await get(`city/12/${x}/${y}.mvt`);
  assert.equal(first.headers.get('content-type'), 'application/vnd.mapbox-vector-tile');
  assert.equal(first.headers.get('cache-control'), 'public, max-age=300');
  const etag = first.headers.get('etag') ?? '';
  const again = await get(`city/12/${x}/${y}.mvt`, { 'if-none-match': etag });
  assert.deepEqual([again.status, (await again.arrayBuffer()).byteLength], [304, 0]);
  const other = await get(`city/12/${x}/${y}.mvt`, { 'if-none-match': '"other"' });
  assert.equal(other.status, 200);
  assert.equal((await get('city/12/0/0.mvt')).status, 204);
});

test('a tile is compressed for who takes that, and whole for who does not', async () => {
  const { x, y } = tileOf(city.city.center, 12);
  const path = `city/12/${x}/${y}.mvt`;
  const whole = new Uint8Array(await (await get(path, { 'accept-encoding': 'identity' })).arrayBuffer());
  const response = await get(path, { 'accept-encoding': 'gzip' });
  assert.equal(response.headers.get('content-encoding'), 'gzip');
  assert.ok(Number(response.headers.get('content-length')) < whole.length);
  assert.deepEqual(new Uint8Array(await response.arrayBuffer()), whole);
  assert.throws(() => gunzipSync(whole));
});

const wrong: readonly (readonly [string, string])[] = [
  ['city/19/0/0.mvt', 'z'],
  ['city/-1/0/0.mvt', 'z'],
  ['city/1.5/0/0.mvt', 'z'],
  ['city/2/4/0.mvt', 'x'],
  ['city/2/0/4.mvt', 'y'],
  ['city/2/0/x.mvt', 'y'],
  ['city/2/0/0.png', 'y'],
];
for (const [path, field] of wrong) {
  test(`${path} is refused with the field ${field}`, async () => {
    const response = await get(path);
    const problem = (await response.json()) as { status: number; field?: string; detail: string };
    assert.deepEqual([response.status, problem.field], [400, field]);
  });
}
