import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openTestCity, type TestCity } from '../../../test/fixtures/testCity.ts';

const vocabulary = 'https://uri.etsi.org/ngsi-ld/default-context/';
let city: TestCity;
before(async () => {
  city = await openTestCity();
  const number = { type: 'Property', value: 1 };
  const link = { type: 'Relationship', object: 'urn:x:9' };
  const entities = [
    { id: 'urn:x:1', type: 'Lamp', power: number, pole: link },
    { id: 'urn:x:2', type: 'Lamp', power: [number, { ...number, datasetId: 'urn:d:1' }] },
    { id: 'urn:x:3', type: ['Lamp', 'Camera'], power: { type: 'LanguageProperty', languageMap: { en: 'low' } } },
    { id: 'urn:x:4', type: 'Gone', lost: number },
  ];
  const made = await city.fetch('/entityOperations/create', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(entities),
  });
  assert.equal(made.status, 201);
  assert.equal((await city.fetch('/entities/urn:x:4', { method: 'DELETE' })).status, 204);
});
after(() => city.close());

async function read(path: string, headers: Record<string, string> = {}): Promise<unknown> {
  const answer = await city.fetch(path, { headers });
  assert.equal(answer.status, 200);
  return answer.json();
}

test('types that have entities, with their attributes', async () => {
  assert.deepEqual(await read('/types'), {
    id: 'urn:ngsi-ld:EntityTypeList:all',
    type: 'EntityTypeList',
    typeList: ['Camera', 'Lamp'],
  });
  assert.deepEqual(await read('/types?details=true'), [
    { id: `${vocabulary}Camera`, type: 'EntityType', typeName: 'Camera', attributeNames: ['power'] },
    { id: `${vocabulary}Lamp`, type: 'EntityType', typeName: 'Lamp', attributeNames: ['pole', 'power'] },
  ]);
  assert.deepEqual(await read('/types/Lamp'), {
    id: `${vocabulary}Lamp`,
    type: 'EntityTypeInfo',
    typeName: 'Lamp',
    entityCount: 3,
    attributeDetails: [
      { id: `${vocabulary}pole`, type: 'Attribute', attributeName: 'pole', attributeTypes: ['Relationship'] },
      {
        id: `${vocabulary}power`,
        type: 'Attribute',
        attributeName: 'power',
        attributeTypes: ['Property', 'LanguageProperty'],
      },
    ],
  });
});

test('attributes that entities have, with their types', async () => {
  assert.deepEqual(await read('/attributes'), {
    id: 'urn:ngsi-ld:AttributeList:all',
    type: 'AttributeList',
    attributeList: ['pole', 'power'],
  });
  assert.deepEqual(await read('/attributes?details=true'), [
    { id: `${vocabulary}pole`, type: 'Attribute', attributeName: 'pole', typeNames: ['Lamp'] },
    { id: `${vocabulary}power`, type: 'Attribute', attributeName: 'power', typeNames: ['Camera', 'Lamp'] },
  ]);
  assert.deepEqual(await read(`/attributes/${encodeURIComponent(`${vocabulary}pole`)}`), {
    id: `${vocabulary}pole`,
    type: 'Attribute',
    attributeName: 'pole',
    attributeCount: 1,
    attributeTypes: ['Relationship'],
    typeNames: ['Lamp'],
  });
});

test('what is not there is not found, and what is wrong is refused', async () => {
  const status = async (path: string): Promise<number> => (await city.fetch(path)).status;
  assert.equal(await status('/types/Gone'), 404);
  assert.equal(await status('/attributes/lost'), 404);
  assert.equal(await status('/types?details=yes'), 400);
  assert.equal(await status('/types?detail=true'), 400);
  assert.equal(await status('/types/a%20b'), 400);
  assert.equal((await city.fetch('/types', { headers: { accept: 'application/geo+json' } })).status, 406);
});

test('each element of a list in JSON-LD names its @context', async () => {
  const found = (await read('/types?details=true', { accept: 'application/ld+json' })) as Record<string, unknown>[];
  assert.equal(found.length, 2);
  for (const type of found) assert.match(String(type['@context']), /core-context/);
});
