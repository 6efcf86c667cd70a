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

const put = async (id: string, attributes: Record<string, unknown>, type = 'Pump'): Promise<void> => {
  const response = await city.fetch('/entityOperations/upsert', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ id: `urn:ngsi-ld:${type}:${id}`, type, ...attributes }]),
  });
  assert.ok(response.ok, await response.clone().text());
};
const located = (coordinates: readonly number[], more: Record<string, unknown> = {}) => ({
  location: { type: 'GeoProperty', value: { type: 'Point', coordinates } },
  ...more,
});
const property = (value: unknown) => ({ type: 'Property', value });
const [long, lat] = city.city.center;
const idsAt = async (layer: string, z: number): Promise<readonly string[]> =>
  ((await layersAt(layer, z))['thing'] ?? []).map(({ properties }) => String(properties['id']).split(':').at(-1) ?? '');

test('entities of a type are points with id, name, page and state, chosen by q', async () => {
  await put(
    'a',
    located([long, lat], { flow: property(3), name: { type: 'LanguageProperty', languageMap: { tg: 'Обкаш' } } }),
  );
  await put('b', located([long + 0.001, lat], { flow: property(9) }));
  await put('c', { flow: property(9) });
  const { x, y } = tileOf(city.city.center, 14);
  const response = await get(`Pump/14/${x}/${y}.mvt?lang=tg`);
  const { thing = [] } = readTile(new Uint8Array(await response.arrayBuffer()));
  assert.deepEqual(thing[0]?.properties, {
    id: 'urn:ngsi-ld:Pump:a',
    type: 'Pump',
    name: 'Обкаш',
    href: '/tg/entities/urn:ngsi-ld:Pump:a',
  });
  assert.equal(thing.length, 2, 'what has no place is on no map');
  const chosen = await get(`Pump/14/${x}/${y}.mvt?q=${encodeURIComponent('flow>5')}`);
  const { thing: found = [] } = readTile(new Uint8Array(await chosen.arrayBuffer()));
  assert.deepEqual(
    found.map(({ properties }) => properties['id']),
    ['urn:ngsi-ld:Pump:b'],
  );
});

test('several types share a layer; an IRI is a type too; another place is asked for by its name', async () => {
  await put('1', located([long, lat]), 'Valve');
  await put('2', { depot: { type: 'GeoProperty', value: { type: 'Point', coordinates: [long, lat] } } }, 'Valve');
  assert.deepEqual((await idsAt('Pump,Valve', 14)).toSorted(), ['1', 'a', 'b']);
  assert.deepEqual(await idsAt(encodeURIComponent('https://uri.etsi.org/ngsi-ld/default-context/Valve'), 14), ['1']);
  const { x, y } = tileOf(city.city.center, 14);
  const { thing = [] } = readTile(
    new Uint8Array(await (await get(`Valve/14/${x}/${y}.mvt?geoproperty=depot`)).arrayBuffer()),
  );
  assert.deepEqual(
    thing.map(({ properties }) => properties['id']),
    ['urn:ngsi-ld:Valve:2'],
  );
});

test('a tag is good until something of its type changes', async () => {
  const { x, y } = tileOf(city.city.center, 15);
  const path = `Tank/15/${x}/${y}.mvt`;
  await put('1', located([long, lat]), 'Tank');
  const first = await get(path);
  const tag = first.headers.get('etag') ?? '';
  assert.equal(first.status, 200);
  await put('x', located([long, lat]), 'Pump');
  assert.equal((await get(path, { 'if-none-match': tag })).status, 304);
  await put('2', located([long, lat]), 'Tank');
  const deadline = Date.now() + 10_000;
  for (;;) {
    const response = await get(path, { 'if-none-match': tag });
    if (response.status === 200) {
      assert.equal(readTile(new Uint8Array(await response.arrayBuffer()))['thing']?.length, 2);
      return;
    }
    assert.ok(Date.now() < deadline, 'the layer was never made again');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
});

const refused: readonly (readonly [string, string])[] = [
  ['Pump/1/0/0.mvt?q=flow>>', 'q'],
  ['Pump/1/0/0.mvt?district=nowhere', 'district'],
  ['Pump/1/0/0.mvt?lang=xx', 'lang'],
  ['Pump/1/0/0.mvt?only=all', 'only'],
  ['Pump/1/0/0.mvt?typ=Pump', 'typ'],
  ['*/1/0/0.mvt', 'layer'],
  ['(Pump/1/0/0.mvt', 'layer'],
];
for (const [path, field] of refused) {
  test(`${path} is refused with the field ${field}`, async () => {
    const response = await get(path);
    const problem = (await response.json()) as { field?: string };
    assert.equal(response.status, 400);
    assert.equal(problem.field?.startsWith(field), true, problem.field);
  });
}
