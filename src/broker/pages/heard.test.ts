import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fixedClock } from '../../base/clock.ts';
import { fullLanguages } from '../../ui/index.ts';
import { openTestCity } from '../../../test/fixtures/testCity.ts';
import { readTile, tileOf, type ReadFeature } from '../fixtures/vectorTile.ts';
import { silentAfterMs } from './heard.ts';
import { pageWords } from './messages/index.ts';

const clock = fixedClock('2026-11-22T08:00:00Z');
const city = await openTestCity({ city: 'dushanbe' }, clock);
after(() => city.close());

const minutesAgo = (minutes: number): string => new Date(clock.now() - minutes * 60_000).toISOString();
const at = (i: number): [number, number] => [68.76 + i / 100, 38.55];
const things = [
  { type: 'Vehicle', name: 'heard', minutes: 1 },
  { type: 'Vehicle', name: 'silent', minutes: 25 },
  // Where a lamp stands was said long ago, and is so still.
  { type: 'Streetlight', name: 'lamp', minutes: 9000 },
];
for (const [i, { type, name, minutes }] of things.entries()) {
  const location = {
    type: 'GeoProperty',
    value: { type: 'Point', coordinates: at(i) },
    observedAt: minutesAgo(minutes),
  };
  // Somebody else found out that it is silent: that is no sign of life.
  const serviceStatus = { type: 'Property', value: 'silent', observedAt: minutesAgo(5) };
  const made = await city.fetch('/entities', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      id: `urn:ngsi-ld:${type}:${name}`,
      type,
      location,
      ...(name === 'silent' && { serviceStatus }),
    }),
  });
  assert.equal(made.status, 201);
}
const page = async (path: string): Promise<string> => (await fetch(city.url + path)).text();

test('a vehicle that was not heard for a quarter of an hour is drawn hollow, and list and page say since when', async () => {
  assert.equal(silentAfterMs, 900_000);
  for (const language of fullLanguages) {
    const t = pageWords(language);
    const map = await page(`/${language}/map`);
    assert.ok(map.includes(t('silentDots', { n: 1, minutes: 15 })), language);
    assert.match(map, /<path class="dots silent" d="M\d+ \d+h0"><\/path><path class="dots hole" d="M\d+ \d+h0">/);
    assert.ok(map.includes(t('shownDots', { n: 3 })), language);
    const list = await page(`/${language}/entities?type=Vehicle`);
    assert.equal(list.split(t('lastHeard', { ago: '' }).trim()).length, 2, 'one of two');
  }
  assert.match(await page('/en/entities?type=Vehicle'), /last heard 25 minutes ago/);
  const silent = await page('/en/entities/urn:ngsi-ld:Vehicle:silent');
  assert.match(silent, /Last heard 25 minutes ago; where it is now/);
  assert.doesNotMatch(silent, />fresh/);
  assert.doesNotMatch(await page('/en/entities/urn:ngsi-ld:Vehicle:heard'), /Last heard/);
  assert.doesNotMatch(await page('/en/entities/urn:ngsi-ld:Streetlight:lamp'), /Last heard/);
});

test('a tile says when what moves was heard, so that a map may tell by its clock', async () => {
  const found = new Map<unknown, ReadFeature>();
  for (const [i] of things.entries()) {
    const { x, y } = tileOf(at(i), 14);
    const answer = await fetch(`${city.url}/api/tiles/Vehicle,Streetlight/14/${x}/${y}.mvt`);
    const { thing = [] } = readTile(new Uint8Array(await answer.arrayBuffer()));
    for (const feature of thing) found.set(feature.properties['id'], feature);
  }
  const heard = (id: string): unknown => found.get(`urn:ngsi-ld:${id}`)?.properties['heard'];
  assert.equal(heard('Vehicle:heard'), clock.now() / 1000 - 60);
  assert.equal(heard('Vehicle:silent'), clock.now() / 1000 - 1500);
  assert.equal(found.has('urn:ngsi-ld:Streetlight:lamp'), true);
  assert.equal(heard('Streetlight:lamp'), undefined);
});
