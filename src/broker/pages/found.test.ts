import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { after, before, suite, test } from 'node:test';
import { openTestCity, type TestCity } from '../../../test/fixtures/testCity.ts';

suite('search over HTTP', () => {
  let city: TestCity;
  before(async () => {
    city = await openTestCity({ city: fileURLToPath(new URL('../../city/namuna', import.meta.url)) });
    const answer = await city.fetch('/entities', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        id: 'urn:ngsi-ld:WaterPump:w7',
        type: 'WaterPump',
        name: { type: 'LanguageProperty', languageMap: { tg: 'Обкаши Бофандагон', en: 'Weavers pump' } },
        location: { type: 'GeoProperty', value: { type: 'Point', coordinates: [68.066, 37.765] } },
      }),
    });
    assert.equal(answer.status, 201, await answer.text());
  });
  after(() => city.close());

  type Answer = { results: { kind: string; title: string; what: string; href: string; at?: number[] }[] };
  const search = async (query: Record<string, string>): Promise<Answer> => {
    const answer = await fetch(`${city.url}/api/search?${new URLSearchParams(query).toString()}`);
    assert.equal(answer.status, 200);
    return (await answer.json()) as Answer;
  };

  test('an address and an entity of that name are found in another script, each with a page', async () => {
    const { results } = await search({ q: 'bofandagon', lang: 'tg' });
    assert.deepEqual(
      results.map(({ kind, title, href }) => [kind, title, href]),
      [
        ['street', 'кӯчаи Бофандагон', '/tg/map?find=bofandagon&pick=1'],
        ['entity', 'Обкаши Бофандагон', '/tg/entities/urn:ngsi-ld:WaterPump:w7'],
      ],
    );
    for (const { href } of results) assert.equal((await fetch(city.url + href)).status, 200, href);
    assert.equal((await search({ q: 'w7', lang: 'en' })).results[0]?.title, 'Weavers pump', 'by its id');
  });

  test('a house number that is not known is said to be approximate, in the language of the reader', async () => {
    const [house] = (await search({ q: 'Weavers Street 14', lang: 'ru', limit: '1' })).results;
    assert.equal(house?.title, 'улица Ткачей, 14');
    assert.match(house.what, /приблизительно/);
  });

  test('a query without words, too long, or with a wrong limit is refused by field', async () => {
    for (const [query, field] of [
      ['', 'q'],
      ['q=%20', 'q'],
      [`q=${'a'.repeat(201)}`, 'q'],
      ['q=a&limit=0', 'limit'],
      ['q=a&limit=x', 'limit'],
      ['q=a&limit=51', 'limit'],
    ] as const) {
      const answer = await fetch(`${city.url}/api/search?${query}`);
      assert.equal(answer.status, 400, query);
      assert.equal(((await answer.json()) as { field: string }).field, field);
    }
  });

  test('the page of a query that finds nothing, or picks what is not there, is a page', async () => {
    for (const query of ['find=Nowhere', 'find=%3Cscript%3E', 'find=navrud&pick=99', `find=${'x'.repeat(5000)}`]) {
      const answer = await fetch(`${city.url}/en/map?${query}`);
      assert.equal(answer.status, 200, query);
      assert.doesNotMatch(await answer.text(), /<script>[^<]*<\/h2>|NaN|undefined/);
    }
  });
});
