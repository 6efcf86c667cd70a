import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { h } from 'preact';
import { render } from 'preact-render-to-string';
import { seededRandom } from '../base/random.ts';
import type { City, Position } from '../city/profile.ts';
import { emptyCity } from '../city/index.ts';
import { fullLanguages } from './catalogue.ts';
import { testCity } from './city.fixture.ts';
import { CityMap } from './map.tsx';
import { areaPath, drawnStreets } from './mapDrawing.ts';
import { placedNames, type Room } from './mapNames.ts';
import { pictureOf } from './mapPicture.ts';
import { uiWords } from './messages/index.ts';
import { fitBox } from './projection.ts';

const svgOf = (city: City, language = 'en'): string => {
  const html = render(h(CityMap, { city, language, pins: [], time: '12:00', legend: [] }));
  return /<svg class="map.*?<\/svg>/s.exec(html)?.[0] ?? '';
};

/** Tens of thousands of crooked lines, as an extract of a real city has them. */
function largeCity(count: number): City {
  const random = seededRandom(11);
  const [west, south, east, north] = testCity.bbox;
  const streets = Array.from({ length: count }, (_, i) => {
    let [x, y] = [west + random.next() * (east - west), south + random.next() * (north - south)];
    const line: Position[] = [[x, y]];
    for (let n = 0; n < 9; n++) line.push([(x += (random.next() - 0.45) / 900), (y += (random.next() - 0.45) / 900)]);
    return {
      kind: i % 30 === 0 ? ('avenue' as const) : i % 3 === 0 ? ('street' as const) : ('lane' as const),
      line,
      ...(i % 2 === 0 && { name: { en: `Street ${i}` } }),
    };
  });
  return { ...testCity, streets };
}

test('a city of thirty thousand streets is drawn within its bytes, main streets first, and says what is missing', () => {
  const city = largeCity(30_000);
  const html = render(h(CityMap, { city, language: 'en', pins: [], time: '12:00', legend: [] }));
  const svg = /<svg class="map.*?<\/svg>/s.exec(html)?.[0] ?? '';
  assert.ok(gzipSync(svg).length < 40 * 1024, `${gzipSync(svg).length} bytes`);
  assert.match(html, /Smaller streets are on the interactive map/);
  const { drawn, left } = drawnStreets(city.streets, fitBox(city.bbox, 720));
  assert.equal(new Set(drawn.map(({ street }) => street)).size + left, city.streets.length);
  const kinds = drawn.map(({ street: { kind } }) => kind);
  assert.ok(kinds.lastIndexOf('avenue') < kinds.indexOf('street'), 'no street before the last avenue');
  assert.doesNotMatch(
    render(h(CityMap, { city: testCity, language: 'en', pins: [], time: '', legend: [] })),
    /Smaller streets/,
  );
});

test('names never cross each other, long ones are broken, and each keeps its district', () => {
  const wanted = Array.from({ length: 12 }, (_, i) => ({
    of: i,
    text: `Mirzo Ulugʻbek tumani ${i}`,
    at: [300 + (i % 4) * 60, 200 + Math.floor(i / 4) * 30] as const,
  }));
  const taken: Room[] = [];
  const placed = placedNames(wanted, { letter: 10, line: 20, lettersMax: 14 }, taken, { width: 720, height: 500 });
  assert.ok(placed.length >= 4 && placed.length <= 12);
  assert.equal(taken.length, placed.length);
  for (const [i, [a1, b1, a2, b2]] of taken.entries()) {
    for (const [c1, d1, c2, d2] of taken.slice(i + 1)) {
      assert.ok(a1 >= c2 || c1 >= a2 || b1 >= d2 || d1 >= b2);
    }
  }
  assert.deepEqual(placed[0]?.lines, ['Mirzo Ulugʻbek', 'tumani 0']);
});

test('a path names every corner that can be seen, as steps', () => {
  const d = areaPath(
    {
      type: 'Polygon',
      coordinates: [
        [
          [68.7, 38.5],
          [68.8, 38.5],
          [68.8, 38.58],
          [68.7, 38.58],
          [68.7, 38.5],
        ],
      ],
    },
    fitBox(testCity.bbox, 720),
  );
  assert.match(d, /^M12 \d+l696 0 0-\d+-696 0 0 \d+z$/);
});

test('rivers and parks have their names, and the credit stands under the map', () => {
  assert.match(svgOf(testCity, 'tg'), /class="small wat"/);
  const html = render(
    h(CityMap, { city: { ...testCity, credit: '© OpenStreetMap' }, language: 'en', pins: [], time: '', legend: [] }),
  );
  assert.match(html, /<figcaption>.*© OpenStreetMap/s);
});

test('a city without districts keeps to its box: what lies far outside is counted and said, not drawn', () => {
  const [west, south] = testCity.bbox;
  const bare: City = {
    ...testCity,
    districts: [],
    streets: [],
    frame: { kind: 'chosen', sources: [] },
  };
  const near: Position = [west + 0.01, south + 0.01];
  const far: Position = [-west, -south];
  const pin = { number: 1, shape: 'warn', at: far, label: '1. far' } as const;
  const { bbox, outside, pins, dots } = pictureOf(bare, [pin], [{ at: [near, far] }]);
  assert.deepEqual(bbox, pictureOf(bare, []).bbox, 'the same picture as without things');
  assert.deepEqual({ outside, pins, dots }, { outside: 1, pins: [], dots: [{ at: [near] }] });
  for (const language of fullLanguages) {
    const html = render(
      h(CityMap, { city: bare, language, pins: [pin], dots: [{ at: [near, far] }], time: '', legend: [] }),
    );
    assert.ok(html.includes(uiWords(language)('outsideMap', { n: 1 })), language);
    assert.match(html, /<path class="border"/);
    assert.doesNotMatch(html, /#p1/);
  }
  const whole = render(
    h(CityMap, { city: testCity, language: 'en', pins: [], dots: [{ at: [near] }], time: '', legend: [] }),
  );
  assert.doesNotMatch(whole, /outside this picture/);
});

test('a process without a city shows where its things are', () => {
  const { bbox, framed } = pictureOf(emptyCity(), [], [{ at: [[68.7, 38.5]] }]);
  assert.ok(bbox[2] - bbox[0] < 1);
  assert.ok(!framed);
});
