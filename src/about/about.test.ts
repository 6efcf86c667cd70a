import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hono } from 'hono';
import { fixedClock } from '../base/clock.ts';
import { findShippedCity, emptyCity, listShippedCities, loadCity, namuna, type City } from '../city/index.ts';
import { buildAssets, createSite, fullLanguages, missingMessages } from '../ui/index.ts';
import { about, aboutLink } from './index.ts';
import { valueText } from './pages/about.tsx';
import { aboutWords } from './pages/messages/index.ts';

const assets = await buildAssets();
const page = async (city: City, language: string): Promise<string> => {
  const app = new Hono();
  const site = createSite({ city, clock: fixedClock('2026-11-22T08:00:00Z'), assets, navigation: () => [] });
  about({ city, site }).routes?.(app);
  const answer = await app.request(`/${language}/about`);
  assert.equal(answer.status, 200);
  return answer.text();
};
const readable = (html: string): string =>
  html
    .slice(html.indexOf('<main'))
    .replace(/<[^>]+>/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/\s+/g, ' ');

test('the words are complete in five languages', () => {
  assert.deepEqual(missingMessages(aboutWords), []);
  assert.equal(aboutLink('en').href, '/about');
});

for (const id of listShippedCities()) {
  test(`${id}: every figure stands with its source and year, in five languages, and nothing is called simulated`, async () => {
    const city = loadCity(findShippedCity(id) ?? '');
    for (const language of fullLanguages) {
      const html = await page(city, language);
      const text = readable(html);
      const t = aboutWords(language);
      for (const fact of city.facts) {
        assert.ok(text.includes(valueText(fact, language).replace(/\s/g, ' ')), `${language}: ${fact.value}`);
        assert.ok(html.includes(fact.source.title.replaceAll('&', '&amp;')), fact.source.title);
        if (fact.source.url) assert.ok(html.includes(`href="${fact.source.url}"`), fact.source.url);
      }
      assert.ok(text.includes(t('unknown')));
      assert.ok(text.includes(t('districtsNone')));
      assert.doesNotMatch(html, /class="sample"|undefined|\[object/);
      for (const law of city.lawPack.laws) assert.ok(html.includes(law.slice(0, 20)), law);
    }
  });
}

test('bounds stay bounds, an unknown year is said, and what nobody published is named', async () => {
  const text = readable(await page(loadCity(findShippedCity('almaty') ?? ''), 'en'));
  assert.match(text, /Stops with real-time information EC: ICT: T: 1C · .*?< 1 % year unknown/);
  assert.match(text, /> 6,000 year unknown/);
  const aqkol = readable(await page(loadCity(findShippedCity('aqkol') ?? ''), 'en'));
  assert.match(aqkol, /Area: no published figure was found/);
  assert.match(aqkol, /a frame chosen for the map; it is no border/);
});

test('the page of Namuna says that it is invented, and shows no figures', async () => {
  for (const language of fullLanguages) {
    const html = await page(namuna(), language);
    assert.ok(html.includes(aboutWords(language)('ledeInvented', { city: namuna().name[language] ?? '' })));
    assert.doesNotMatch(html, /id="figures"/);
  }
});

test('a city without figures says how to begin', async () => {
  assert.match(readable(await page(emptyCity(), 'en')), /No figures yet .*city\.json/);
});
