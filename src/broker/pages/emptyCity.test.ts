import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openTestCity } from '../../../test/fixtures/testCity.ts';
import { fullLanguages, problemWords, uiWords } from '../../ui/index.ts';
import { pageWords } from './messages/index.ts';

const city = await openTestCity({ city: 'dushanbe' });
const bare = await openTestCity();
after(() => Promise.all([city.close(), bare.close()]));

const mainOf = async (url: string, path: string): Promise<string> => {
  const html = await (await fetch(`${url}${path}`)).text();
  return html.slice(html.indexOf('<main'), html.indexOf('</main>'));
};
const readable = (html: string): string => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');

for (const path of ['/', '/map', '/entities', '/sources', '/sources/connect']) {
  test(`${path} of a city without a source shows no zero, no figure and no all-clear, and the way on`, async () => {
    for (const language of fullLanguages) {
      const t = pageWords(language);
      const html = await mainOf(city.url, `/${language}${path}`);
      // Clock, coordinates and what a person copies are no measurements.
      const text = readable(
        html.replace(/<p class="kicker">.*?<\/p>/s, '').replace(/<(pre|code|text|figcaption).*?<\/\1>/gs, ''),
      );
      assert.doesNotMatch(text, /(^|[^\d.])0([^\d.]|$)/, `${language}: ${text}`);
      assert.doesNotMatch(html, /class="nums"|class="sample"/);
      for (const allClear of [t('calm', { city: 'Dushanbe' }), t('calmText'), t('nothingWrong')]) {
        assert.ok(!text.includes(allClear), `${language}: ${allClear}`);
      }
      assert.ok(html.includes(`/${language}/sources/connect`));
    }
  });
}

test('the map is a box that says what it is, with name and credit, and no street', async () => {
  const html = await mainOf(city.url, '/en/map');
  assert.match(html, /extent of the published border/);
  assert.match(html, /© OpenStreetMap contributors/);
  assert.match(html, /<text class="dist"[^>]*>Dushanbe<\/text>/);
  assert.doesNotMatch(html, /textPath/);
  assert.match(html, /href="\/en\/about"/, 'how districts are loaded');
});

test('the interactive map is not offered where there is nothing to draw', async () => {
  assert.doesNotMatch(await mainOf(city.url, '/en/map'), /data-map-open/);
});

test('a process without a city says how to get one', async () => {
  assert.match(await mainOf(bare.url, '/en/map'), /chorsu serve --city almaty/);
});

test('values that no watch looks at are not called fine', async () => {
  const lonely = await openTestCity({ city: 'dushanbe' });
  const entity = { id: 'urn:ngsi-ld:BeeHive:1', type: 'BeeHive', weight: { type: 'Property', value: 41 } };
  const made = await lonely.fetch('/entities', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(entity),
  });
  assert.equal(made.status, 201);
  const text = readable(await mainOf(lonely.url, '/en/'));
  assert.ok(text.includes(pageWords('en')('unwatched')));
  assert.ok(!text.includes(pageWords('en')('attention')), 'no "0 need attention"');
  await lonely.close();
});

test('an address that is none is a page for a person, in their language, and RFC 9457 for a program', async () => {
  for (const language of fullLanguages) {
    const answer = await fetch(`${city.url}/${language}/nothing`, { headers: { accept: 'text/html,*/*;q=0.8' } });
    assert.equal(answer.status, 404);
    assert.match(answer.headers.get('content-security-policy') ?? '', /default-src/);
    const html = await answer.text();
    assert.match(html, new RegExp(`<html lang="${language}"`));
    assert.ok(html.includes(`<h1>${problemWords(language)('not-found')}</h1>`));
    assert.equal(html.includes(`${uiWords(language)('technical')}: <code lang="en">`), language !== 'en');
  }
  for (const [path, accept] of [
    ['/nothing', '*/*'],
    ['/api/nothing', 'text/html'],
    ['/ngsi-ld/v1/entities/urn:x:nothing', 'text/html'],
  ] as const) {
    const answer = await fetch(`${city.url}${path}`, { headers: { accept } });
    assert.match(answer.headers.get('content-type') ?? '', /json/, path);
  }
});
