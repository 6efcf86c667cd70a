import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { csvCell } from '../../base/csv.ts';
import { coreContext, type Entity } from '../../ngsild/index.ts';
import { missingMessages } from '../../ui/index.ts';
import { testCity } from '../../ui/city.fixture.ts';
import { attentionOf } from './attention.ts';
import { type Change, describeChange } from './changes.ts';
import { entitiesCsv, historyCsv, pointsGeoJson } from './downloads.ts';
import { filterOf, filterQuery } from './filter.tsx';
import { pageWords } from './messages/index.ts';
import { rangeNames, rangeOf } from './ranges.ts';
import { entityPath, listedValue, mainValue, nameOf, positionOf, valuesOf } from './view.ts';
import { attributeWord, typeWord, vocabulary } from './vocabulary/index.ts';

const iri = (name: string): string => coreContext.expand(name);
const at = '2026-11-25T03:40:00.000Z';
const now = Date.parse('2026-11-25T03:45:00Z');

const station: Entity = {
  id: 'urn:ngsi-ld:AirQualityObserved:namuna-air-3',
  type: [iri('AirQualityObserved')],
  createdAt: at,
  modifiedAt: at,
  attrs: {
    [iri('temperature')]: [{ type: 'Property', value: -4.5, unitCode: 'CEL', observedAt: at }],
    [iri('pm25')]: [{ type: 'Property', value: 71.04, unitCode: 'GQ', observedAt: at }],
    [iri('stationCode')]: [{ type: 'Property', value: 'air-3' }],
    [iri('name')]: [{ type: 'LanguageProperty', value: { tg: 'Дидгоҳи 3', en: 'Station 3' } }],
    [iri('location')]: [{ type: 'GeoProperty', value: { type: 'Point', coordinates: [68.71, 38.51] } }],
    [iri('simulated')]: [{ type: 'Property', value: true }],
  },
};

suite('pages of the broker', () => {
  test('words of pages, types, attributes and values are complete in five languages', () => {
    assert.deepEqual(missingMessages(pageWords), []);
    assert.deepEqual(missingMessages(vocabulary), []);
  });

  test('Uzbek is written with the turned comma, never with an apostrophe', () => {
    for (const tables of [pageWords.tables.uz, vocabulary.tables.uz]) {
      for (const text of Object.values(tables)) assert.doesNotMatch(text, /[oOgG]['‘’`]/);
    }
  });

  test('an unknown type or attribute shows its short name', () => {
    assert.equal(typeWord(iri('BeeHive'), 'tg'), 'BeeHive');
    assert.equal(attributeWord(iri('honey'), 'tg'), 'honey');
    assert.equal(typeWord(iri('Streetlight'), 'uz', true), 'Koʻcha chiroqlari');
  });

  test('an entity is its name, its place, and the most telling value first', () => {
    assert.equal(nameOf(station, 'ru').text, 'Дидгоҳи 3');
    assert.deepEqual(positionOf(station), [68.71, 38.51]);
    assert.deepEqual(
      valuesOf(station, 'ru').map(({ label, text, unit }) => [label, text, unit]),
      [
        ['PM2.5', '71', 'мкг/м³'],
        ['Температура', '\u22124,5', '°C'],
        ['Код поста', 'air-3', ''],
      ],
    );
    assert.equal(mainValue(station, 'en')?.label, 'PM2.5');
  });

  test('of a register, which nobody measures, a list tells what stays instead of "nothing has come yet"', () => {
    const lamp: Entity = { ...station, attrs: { [iri('power')]: [{ type: 'Property', value: 70, unitCode: 'WTT' }] } };
    assert.equal(mainValue(lamp, 'en'), undefined);
    assert.equal(listedValue(lamp, 'en')?.text, '70');
    assert.equal(listedValue(station, 'en')?.label, 'PM2.5');
  });

  test('a line is shown at its middle', () => {
    const pipe: Entity = {
      ...station,
      attrs: {
        [iri('location')]: [
          {
            type: 'GeoProperty',
            value: {
              type: 'LineString',
              coordinates: [
                [1, 1],
                [2, 2],
                [3, 3],
              ],
            },
          },
        ],
      },
    };
    assert.deepEqual(positionOf(pipe), [2, 2]);
  });

  test('a watch speaks with name, district and value in the reader’s language', () => {
    const watch = {
      id: 'air',
      severity: 'warn',
      type: 'AirQualityObserved',
      q: 'pm25>45',
      value: 'pm25',
      title: { ru: '{district}, {name}: {value} ({count})' },
    } as const;
    const said = attentionOf({ watch, entity: station, count: 2 }, testCity, 'ru');
    assert.equal(said.title, 'Теппасар, Дидгоҳи 3: 71 (2)');
    assert.equal(said.district, 'teppasar');
    assert.equal(said.simulated, true);
  });

  test('a change is one line; a mere movement is none', () => {
    const change: Change = {
      seq: 7,
      at: now,
      kind: 'changed',
      id: station.id,
      type: station.type[0] ?? '',
      values: [{ name: iri('pm25'), value: 71.04, unitCode: 'GQ' }],
      notable: false,
    };
    const line = describeChange(change, 'tg', testCity, () => undefined);
    assert.equal(line.text, 'PM2.5 71\u00a0мкг/м³');
    assert.equal(line.name, 'Дидгоҳи ҳаво namuna-air-3');
    assert.equal(describeChange({ ...change, values: [] }, 'tg', testCity, () => 'x').text, '');
    const moved = { ...change, values: [{ name: iri('district'), value: 'navrud' }], notable: true };
    assert.equal(describeChange(moved, 'tg', testCity, () => 'x').text, 'Ноҳия Наврӯд');
  });

  test('no cell of a file is taken for a formula', () => {
    assert.equal(csvCell('=1+1'), "'=1+1");
    assert.equal(csvCell('-4,5'), `"'-4,5"`);
    assert.equal(csvCell(-4.5), '-4.5');
    assert.equal(csvCell('a "b"'), '"a ""b"""');
    fc.assert(fc.property(fc.string(), (text) => assert.doesNotMatch(csvCell(text), /^"?[=@\t\r]/)));
  });

  test('files say what is simulated, with a unit beside every number', () => {
    const rows = entitiesCsv([station], testCity, 'en').split('\r\n');
    assert.match(rows[0] ?? '', /^\ufeffid,type,name/);
    assert.match(rows[1] ?? '', /,PM2\.5,71\.04,µg\/m³,2026-11-25T03:40:00\.000Z,true$/);
    const series = [
      { iri: iri('pm25'), label: 'PM2.5', unit: 'µg/m³', buckets: [{ at: now, mean: 5, min: 1, max: 9 }] },
    ];
    assert.match(
      historyCsv(station, series, 60_000),
      /PM2\.5,µg\/m³,2026-11-25T03:45:00\.000Z,2026-11-25T03:46:00\.000Z,5,1,9,true\r\n$/,
    );
    const points = JSON.stringify(pointsGeoJson([station], new Map([[station.id, 'warn']]), testCity, 'en'));
    assert.match(
      points,
      /"href":"\/en\/entities\/urn:ngsi-ld:AirQualityObserved:namuna-air-3".*"state":"warn","simulated":true/,
    );
  });

  test('a filter survives its address, and what the city does not have is no filter', () => {
    const filter = filterOf(new URLSearchParams('type=Vehicle&district=navrud'), testCity);
    assert.equal(filterQuery(filter), '?type=Vehicle&district=navrud');
    assert.deepEqual(filterOf(new URLSearchParams('type=&district=mars'), testCity), {});
    assert.deepEqual(filterOf(new URLSearchParams([['type', '<script>']]), testCity), {});
    assert.equal(entityPath('urn:x:a b/ö'), '/entities/urn:x:a%20b%2F%C3%B6');
  });

  test('every range ends now and begins with a whole bucket', () => {
    for (const name of rangeNames) {
      const { from, to, stepMs } = rangeOf(name, now, 'Asia/Dushanbe');
      assert.equal(to, now);
      assert.ok((to - from) / stepMs > 40 && (to - from) / stepMs < 70, name);
    }
    assert.equal(new Date(rangeOf('week', now, 'Asia/Dushanbe').from).toISOString(), '2026-11-17T19:00:00.000Z');
    assert.equal(rangeOf('century', now, 'UTC').name, 'week');
  });
});
