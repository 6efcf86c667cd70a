import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { openTestCity, type TestCity } from '../../../test/fixtures/testCity.ts';

let city: TestCity;
before(async () => {
  city = await openTestCity();
  const entities = [
    building('a', { name: 'Arena', locatedAt: link('City:1'), scope: '/Dushanbe/Sino' }),
    building('b', { name: 'Ёлка', locatedAt: link('City:1'), scope: '/Dushanbe/Sino/Park', floors: 3 }),
    building('c', { name: 'Zoo', locatedAt: link('City:2'), floors: 1 }),
    building('d', { name: 'Basar', locatedAt: link('City:404'), floors: 2 }),
    thing('City:1', 'City', { name: 'Dushanbe', inCountry: link('Country:1'), twin: link('City:2') }),
    thing('City:2', 'City', { name: 'Khujand', inCountry: link('Country:1'), twin: link('City:1') }),
    thing('Country:1', 'Country', { name: 'Tajikistan' }),
    thing('Line:1', 'Line', {
      stops: { type: 'ListRelationship', objectList: [{ object: urn('City:2') }, { object: urn('City:1') }] },
    }),
    thing('Crew:1', 'Crew', { members: { type: 'Relationship', object: [urn('City:1'), urn('City:404')] } }),
  ];
  const answer = await post('/entityOperations/create', entities);
  assert.equal(answer.status, 201, await answer.text());
});
after(() => city.close());

const urn = (name: string): string => `urn:ngsi-ld:${name}`;
const link = (to: string) => ({ type: 'Relationship', object: urn(to) });
const thing = (name: string, type: string, members: Record<string, unknown>) => {
  const attrs = Object.entries(members).map(([key, value]) => {
    const plain = typeof value === 'object' || key === 'scope';
    return [key, plain ? value : { type: 'Property', value }];
  });
  return { id: urn(name), type, ...Object.fromEntries(attrs) };
};
const building = (name: string, members: Record<string, unknown>) => thing(`Building:${name}`, 'Building', members);

const json = { 'content-type': 'application/json' };
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  city.fetch(path, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) });
type Shown = Record<string, unknown> & { id: string };
async function read<T = Shown[]>(path: string, init?: RequestInit): Promise<T> {
  const answer = await city.fetch(path, init);
  const body: unknown = await answer.json();
  assert.ok(answer.status < 300, JSON.stringify(body));
  return body as T;
}
const names = (found: readonly { id: string }[]): string[] => found.map(({ id }) => id.slice('urn:ngsi-ld:'.length));
async function refused(path: string, status = 400, init?: RequestInit): Promise<string> {
  const answer = await city.fetch(path, init);
  assert.equal(answer.status, status, path);
  return ((await answer.json()) as { field?: string }).field ?? '';
}

test('csf and splitEntities change no answer where every entity is whole and here (5.7.2.4)', async () => {
  const filters = ['type=Building&q=floors>1', 'type=Building,City&scopeQ=/Dushanbe/%23', 'attrs=twin', 'local=true'];
  for (const filter of filters) {
    const plain = await read(`/entities?${filter}`);
    assert.ok(plain.length > 0, filter);
    for (const beside of ['csf=provider==%22another%22', 'splitEntities=true', 'splitEntities=false']) {
      assert.deepEqual(await read(`/entities?${filter}&${beside}`), plain);
    }
  }
  const query = {
    type: 'Query',
    entities: [{ type: 'Building' }],
    q: 'floors>1',
    csf: 'provider',
    splitEntities: true,
  };
  const found = await read<Shown[]>('/entityOperations/query', {
    method: 'POST',
    headers: json,
    body: JSON.stringify(query),
  });
  assert.deepEqual(names(found), ['Building:b', 'Building:d']);
  assert.equal(await refused('/entities?type=Building&csf=a>>1'), 'csf, character 3');
  assert.equal(await refused('/entities?type=Building&splitEntities=1'), 'splitEntities');
});

suite('linked entities', () => {
  test('inline: inside the relationship, level by level, never in a circle', async () => {
    const one = await read<Shown>(`/entities/${urn('Building:a')}?join=inline&pick=id,locatedAt`);
    assert.deepEqual(one, {
      id: urn('Building:a'),
      locatedAt: {
        type: 'Relationship',
        object: urn('City:1'),
        entity: {
          id: urn('City:1'),
          type: 'City',
          name: { type: 'Property', value: 'Dushanbe' },
          inCountry: link('Country:1'),
          twin: link('City:2'),
        },
      },
    });
    const simple = await read<Shown>(`/entities/${urn('City:1')}?join=inline&joinLevel=5&format=simplified`);
    const country = { id: urn('Country:1'), type: 'Country', name: 'Tajikistan' };
    assert.deepEqual(simple, {
      id: urn('City:1'),
      type: 'City',
      name: 'Dushanbe',
      inCountry: country,
      twin: { id: urn('City:2'), type: 'City', name: 'Khujand', inCountry: country, twin: urn('City:1') },
    });
  });

  test('lists stay lists in their order; what is not there is not embedded', async () => {
    const [line] = await read(`/entities?type=Line&join=inline`);
    assert.deepEqual(names((line?.['stops'] as { entityList: Shown[] } | undefined)?.entityList ?? []), [
      'City:2',
      'City:1',
    ]);
    const [crew] = await read(`/entities?type=Crew&join=inline`);
    assert.deepEqual(names((crew?.['members'] as { entity: Shown[] } | undefined)?.entity ?? []), ['City:1']);
    const [simple] = await read(`/entities?type=Crew&join=inline&format=simplified`);
    const members = (simple?.['members'] ?? []) as (Shown | string)[];
    assert.deepEqual(
      members.map((member) => (typeof member === 'string' ? member : member.id)),
      [urn('City:1'), urn('City:404')],
    );
  });

  test('flat: after those that link to them, each once', async () => {
    assert.deepEqual(names(await read('/entities?type=Building&join=flat&joinLevel=2')), [
      'Building:a',
      'Building:b',
      'Building:c',
      'Building:d',
      'City:1',
      'City:2',
      'Country:1',
    ]);
    assert.deepEqual(names(await read(`/entities/${urn('Building:a')}?join=flat`)), ['Building:a', 'City:1']);
    const known = `/entities/${urn('Building:a')}?join=flat&joinLevel=3&containedBy=${urn('City:2')}`;
    assert.deepEqual(names(await read(known)), ['Building:a', 'City:1', 'Country:1']);
  });

  test('pick and omit reach into linked entities; what is not picked is not followed', async () => {
    const path = '/entities?type=Building&q=name=="Zoo"&format=simplified&joinLevel=2';
    assert.deepEqual(await read(`${path}&join=inline&pick=id,locatedAt{name,inCountry{name}}`), [
      { id: urn('Building:c'), locatedAt: { name: 'Khujand', inCountry: { name: 'Tajikistan' } } },
    ]);
    assert.deepEqual(names(await read(`${path}&join=flat&pick=id,locatedAt{id}`)), ['Building:c', 'City:2']);
    assert.deepEqual(await read(`${path}&join=flat&omit=type,floors,locatedAt{twin,inCountry}`), [
      { id: urn('Building:c'), name: 'Zoo', locatedAt: urn('City:2') },
      { id: urn('City:2'), type: 'City', name: 'Khujand' },
    ]);
    assert.deepEqual(names(await read(`${path}&join=flat&pick=id,name`)), ['Building:c']);
  });

  test('q looks into linked entities as deep as the join goes', async () => {
    const q = (text: string): string => `/entities?type=Building&join=inline&joinLevel=2&q=${encodeURIComponent(text)}`;
    assert.deepEqual(names(await read(q('locatedAt{City:name}=="Dushanbe"'))), ['Building:a', 'Building:b']);
    assert.deepEqual(names(await read(q('locatedAt{inCountry{name}}=="Tajikistan";floors>2'))), ['Building:b']);
    assert.deepEqual(names(await read(q('locatedAt{Village:name}'))), []);
    assert.equal(await refused('/entities?type=Building&q=locatedAt{name}'), 'q');
  });

  test('a join by POST, and as GeoJSON', async () => {
    const body = { type: 'Query', entities: [{ type: 'Line' }], join: 'flat', joinLevel: 1 };
    assert.deepEqual(names((await (await post('/entityOperations/query', body)).json()) as Shown[]), [
      'Line:1',
      'City:2',
      'City:1',
    ]);
    const geo = { headers: { accept: 'application/geo+json' } };
    const collection = await read<{ type: string; features: Shown[] }>(`/entities/${urn('Building:a')}?join=flat`, geo);
    assert.equal(collection.type, 'FeatureCollection');
    assert.deepEqual(names(collection.features), ['Building:a', 'City:1']);
  });

  test('too deep, too much and misplaced is refused', async () => {
    assert.equal(await refused('/entities?type=Building&join=inline&joinLevel=11', 403), 'joinLevel');
    assert.equal(await refused('/entities?type=Building&joinLevel=2'), 'joinLevel');
    assert.equal(await refused('/entities?type=Building&join=inline&pick=locatedAt{inCountry{name}}'), 'pick');
    // Fifteen things that all link to each other: ten levels would be half a million embedded entities.
    const hubs = Array.from({ length: 15 }, (_, n) => urn(`Hub:${n}`));
    const all = { type: 'Relationship', object: hubs };
    await post(
      '/entityOperations/create',
      hubs.map((id) => ({ id, type: 'Hub', next: all })),
    );
    assert.equal(await refused('/entities?type=Hub&join=inline&joinLevel=10', 403), 'join');
    assert.equal((await read('/entities?type=Hub&join=flat&joinLevel=10')).length, 15);
  });
});

suite('queries', () => {
  test('in the order that is asked for, page by page', async () => {
    const ordered = async (more: string): Promise<string[]> => names(await read(`/entities?type=Building&${more}`));
    assert.deepEqual(await ordered('orderBy=name'), ['Building:a', 'Building:d', 'Building:c', 'Building:b']);
    assert.deepEqual(await ordered('orderBy=floors;desc'), ['Building:b', 'Building:d', 'Building:c', 'Building:a']);
    assert.deepEqual(await ordered('orderBy=floors&limit=2&offset=1'), ['Building:d', 'Building:b']);
    assert.deepEqual(await ordered('orderBy=id;desc&limit=1'), ['Building:d']);
    const body = { type: 'Query', entities: [{ type: 'Building' }], ordering: { orderBy: ['name;desc'] } };
    assert.deepEqual(names((await (await post('/entityOperations/query?limit=1', body)).json()) as Shown[]), [
      'Building:b',
    ]);
    assert.equal(await refused('/entities?type=Building&orderBy=name&collation=klingon-u-ks-x'), 'collation');
  });

  test('by scope', async () => {
    assert.deepEqual(names(await read('/entities?type=Building&scopeQ=/Dushanbe/%23')), ['Building:a', 'Building:b']);
    assert.deepEqual(names(await read('/entities?local=true&scopeQ=/Dushanbe/%2B')), ['Building:a']);
  });

  test('several selectors of a Query are asked as one', async () => {
    const body = {
      type: 'Query',
      entities: [
        { type: 'Building', idPattern: '[ab]$' },
        { type: 'City', id: [urn('City:2'), urn('Country:1')] },
      ],
      q: 'name',
    };
    const answer = await post('/entityOperations/query?count=true&limit=2', body);
    assert.equal(answer.headers.get('ngsild-results-count'), '3');
    assert.match(answer.headers.get('link') ?? '', /offset=2&?[^>]*>;rel="next";type="application\/json"/);
    assert.deepEqual(names((await answer.json()) as Shown[]), ['Building:a', 'Building:b']);
    const rest = await post('/entityOperations/query?limit=2&offset=2', body);
    assert.doesNotMatch(rest.headers.get('link') ?? '', /rel="next"/);
    assert.match(rest.headers.get('link') ?? '', /rel="prev"/);
    assert.deepEqual(names((await rest.json()) as Shown[]), ['City:2']);
  });

  test('the last page has no next, and an offset past the end is the last entity', async () => {
    const last = await city.fetch('/entities?type=Building&limit=2&offset=2');
    assert.doesNotMatch(last.headers.get('link') ?? '', /rel="next"/);
    assert.match(last.headers.get('link') ?? '', /rel="prev"/);
    assert.deepEqual(names((await last.json()) as Shown[]), ['Building:c', 'Building:d']);
    assert.deepEqual(names(await read('/entities?type=Building&offset=99')), ['Building:d']);
    assert.deepEqual(names(await read('/entities?type=Building&offset=4&count=true')), ['Building:d']);
    assert.deepEqual(await read('/entities?type=Nothing&offset=4'), []);
  });

  test('a retrieve by attrs that are not there finds nothing', async () => {
    assert.equal((await city.fetch(`/entities/${urn('Building:a')}?attrs=floors`)).status, 404);
    assert.equal((await city.fetch(`/entities/${urn('Building:a')}?attrs=floors,name`)).status, 200);
    assert.equal((await city.fetch(`/entities/${urn('Building:a')}?type=City`)).status, 404);
  });

  test('an entity of which nothing is left to show is not found', async () => {
    assert.equal((await city.fetch(`/entities/${urn('Building:a')}?pick=floors`)).status, 404);
    assert.equal((await city.fetch(`/entities/${urn('Country:1')}?omit=id,type,name`)).status, 404);
    const picked = await city.fetch('/entities?type=Building&pick=floors&count=true&format=simplified');
    assert.equal(picked.headers.get('ngsild-results-count'), '3');
    assert.deepEqual(await picked.json(), [{ floors: 3 }, { floors: 1 }, { floors: 2 }]);
  });
});

suite('representations', () => {
  const context = 'ngsi-ld-core-context-v1.9.jsonld';

  test('GeoJSON carries its @context, unless a plain body is preferred', async () => {
    const headers = { accept: 'application/geo+json' };
    const rich = await city.fetch('/entities?type=Building&limit=1', { headers });
    assert.match(String(((await rich.json()) as { '@context': string })['@context']), new RegExp(context));
    const plain = await city.fetch('/entities?type=Building&limit=1', { headers: { ...headers, prefer: 'body=json' } });
    assert.ok(!('@context' in ((await plain.json()) as object)));
    assert.match(plain.headers.get('link') ?? '', new RegExp(context));
    assert.equal(await refused('/entities?type=Building&geometryProperty=site'), 'geometryProperty');
  });

  test('an older version of the standard is answered with 203 and what it knew', async () => {
    await post('/entities', {
      id: urn('Old:1'),
      type: ['Old', 'Thing'],
      scope: '/A',
      list: { type: 'ListProperty', valueList: [1, 2] },
      word: { type: 'LanguageProperty', languageMap: { en: 'x' } },
      kind: { type: 'VocabProperty', vocab: 'Old' },
      two: [
        { type: 'Property', value: 1, datasetId: 'urn:d:1' },
        { type: 'Property', value: 2, observedAt: '2026-03-01T10:00:00Z' },
      ],
    });
    const asked = (prefer: string) => city.fetch(`/entities/${urn('Old:1')}`, { headers: { prefer } });
    const old = await asked('ngsi-ld=1.2');
    assert.equal(old.status, 203);
    assert.equal(old.headers.get('preference-applied'), 'ngsi-ld=1.2');
    assert.deepEqual(await old.json(), {
      id: urn('Old:1'),
      type: 'Old',
      list: { type: 'Property', value: [1, 2] },
      word: { type: 'Property', value: { en: 'x' } },
      kind: { type: 'Property', value: 'Old' },
      two: { type: 'Property', value: 2 },
    });
    const younger = (await (await asked('ngsi-ld=1.6')).json()) as Shown;
    assert.deepEqual([younger['scope'], (younger['word'] as Shown)['type']], ['/A', 'LanguageProperty']);
    const ours = await asked('ngsi-ld=1.9');
    assert.deepEqual([ours.status, ours.headers.get('preference-applied')], [200, 'ngsi-ld=1.9']);
    assert.equal((await asked('ngsi-ld=new')).headers.get('preference-applied'), null);
  });
});
