import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { h } from 'preact';
import { render } from 'preact-render-to-string';
import { seededRandom } from '../base/random.ts';
import type { City, Position } from '../city/profile.ts';
import { testCity } from './city.fixture.ts';
import { CityMap } from './map.tsx';
import { areaPath, drawnStreets } from './mapDrawing.ts';
import { placedNames, type Room } from './mapNames.ts';
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
