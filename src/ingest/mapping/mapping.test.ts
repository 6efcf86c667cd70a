import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import { Problem } from '../../base/problem.ts';
import { feedKinds } from '../feeds/kinds.ts';
import { exampleMapping } from '../fixtures/example.ts';
import {
  joinMappingFiles,
  parseMappingFile,
  type Mapping,
  type MappingFile,
  type Refused,
  type Taken,
} from './index.ts';
import { parsePath } from './path.ts';
import { timeReader } from './time.ts';
import { matchTopic, parseTopicPattern } from './topic.ts';
import { zone } from './zone.ts';

const now = Date.parse('2026-11-22T08:00:00Z');
const context = 'https://uri.etsi.org/ngsi-ld/default-context/';
const parse = (value: unknown) =>
  parseMappingFile(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value, null, 2)), 'map.json', [
    'milesight-iot/em310-udl',
  ]);
const mappings = parse(exampleMapping).mappings;
const water = mappings[0] as Mapping;

function read(payload: unknown, topic = 'water/d1/m7'): Taken | Refused {
  const captured = matchTopic(water.topic ?? { segments: [], names: [] }, topic.split('/'));
  assert.ok(captured, `${topic} matches`);
  return water.read(water.target(captured), payload, now);
}
const good = { ts: '2026-11-22T07:59:30Z', q: { value: 10, unit: 'l/s' }, p: [4.2], pump: 1 };

function taken(result: Taken | Refused): Taken {
  assert.equal(result.reason, undefined, `taken, not refused: ${JSON.stringify(result)}`);
  return result as Taken;
}

test('a payload becomes a reading with units converted and the instant it was observed', () => {
  const { reading, flagged, observedMs } = taken(read(good));
  assert.equal(reading.id, 'urn:ngsi-ld:WaterMeter:m7');
  assert.deepEqual(reading.type, [`${context}WaterMeter`]);
  assert.deepEqual(reading.attrs[`${context}flow`], [
    { type: 'Property', value: 36, observedAt: '2026-11-22T07:59:30.000Z', unitCode: 'MQH' },
  ]);
  assert.equal(reading.attrs[`${context}pumpOn`]?.[0]?.value, true);
  assert.equal(reading.atBirth?.[`${context}name`]?.[0]?.value, 'Meter m7');
  assert.equal(reading.atBirth?.[`${context}source`]?.[0]?.value, 'water-districts');
  assert.equal(reading.simulated, false);
  assert.equal(flagged, false);
  assert.equal(observedMs, Date.parse('2026-11-22T07:59:30Z'));
});

test('the place given with the payload becomes the location at birth', () => {
  const { reading } = taken(read({ ...good, position: { lon: 68.77, lat: 38.56 } }));
  assert.deepEqual(reading.atBirth?.['https://uri.etsi.org/ngsi-ld/location']?.[0], {
    type: 'GeoProperty',
    value: { type: 'Point', coordinates: [68.77, 38.56] },
  });
});

test('a value out of range is kept and marked, or refused, as the mapping says', () => {
  const marked = taken(read({ ...good, q: { value: 900, unit: 'm3/h' } }));
  assert.equal(marked.flagged, true);
  const sub = marked.reading.attrs[`${context}flow`]?.[0]?.sub?.['https://uri.etsi.org/ngsi-ld/status'];
  assert.equal(sub?.[0]?.value, 'flagged');
  assert.equal(read({ ...good, p: [40] }).reason, 'range');
});

test('what is wrong with a payload has a name of its own', () => {
  assert.equal(read({ ...good, q: { value: 10, unit: 'gal/min' } }).reason, 'unit');
  assert.equal(read({ ...good, q: { value: '10', unit: 'l/s' } }).reason, 'type');
  assert.equal(read({ ...good, ts: '2026-11-22T08:05:01Z' }).reason, 'future');
  assert.equal(read({ ...good, ts: '2026-02-30T08:05:01Z' }).reason, 'time');
  assert.equal(read({ ...good, ts: '2026-11-22 08:00' }).reason, 'time', 'a local time without zone is a guess');
  assert.equal(read({ ...good, q: undefined }).reason, 'missing');
  assert.equal(read([]).reason, 'time');
  assert.equal(read(null).reason, 'time');
});

test('a clock ahead by less than maxFuture is taken', () => {
  assert.equal(read({ ...good, ts: '2026-11-22T08:04:59Z' }).reason, undefined);
});

test('a missing marker is no value', () => {
  assert.equal(taken(read({ ...good, p: [-999] })).reading.attrs[`${context}pressure`], undefined);
});

test('what a topic segment holds cannot leave the entity id', () => {
  assert.equal(taken(read(good, 'water/d1/a b?#/'.slice(0, -1))).reading.id, 'urn:ngsi-ld:WaterMeter:a%20b%3F%23');
  assert.equal(read(good, `water/d1/${'x'.repeat(200)}`).reason, 'entity');
  assert.equal(read(good, 'water/d1/').reason, 'entity');
});

test('every fault of a mapping file is named with its line, what was found and what was wanted', () => {
  const text = `{
  "sources": [
    { "id": "Water Meters", "name": "x", "purpose": "x", "owner": "x", "legalBasis": "x",
      "retentionDays": 0, "personal": "maybe", "granularity": "district", "kind": "mqtt" }
  ],
  "mappings": [
    { "source": "nobody", "topic": "a/{x}/{x}", "entity": { "id": "{x}", "type": "T" },
      "time": { "path": "t", "format": "yyyy-MM-dd HH:mm" },
      "attributes": {
        "flow": { "path": "a..b", "range": { "min": 5, "max": 1 }, "unitcode": "MQH" }
      }
    }
  ]
}`;
  try {
    parse(text);
    assert.fail('the file was taken');
  } catch (error) {
    assert.ok(error instanceof Problem);
    const lines = error.message.split('\n');
    for (const wanted of [
      /^map\.json:3: sources\[0\]\.id: found "Water Meters", wanted lower case/,
      /^map\.json:4: sources\[0\]\.retentionDays: found 0, wanted days/,
      /^map\.json:4: sources\[0\]\.personal: found "maybe", wanted one of none, aggregated, household/,
      /^map\.json:7: mappings\[0\]\.source: found "nobody", wanted a source of this file: Water Meters/,
      /^map\.json:7: mappings\[0\]\.topic: found "a\/\{x\}\/\{x\}", wanted the name \{x\} only once/,
      /^map\.json:7: mappings\[0\]\.entity\.id: found "\{x\}", wanted a URI/,
      /^map\.json:8: mappings\[0\]\.time\.format: found "yyyy-MM-dd HH:mm", wanted a zone beside it/,
      /^map\.json:10: mappings\[0\]\.attributes\.flow\.path: found "a\.\.b", wanted a path/,
      /^map\.json:10: mappings\[0\]\.attributes\.flow\.range: .*wanted min below max/,
      /^map\.json:10: mappings\[0\]\.attributes\.flow\.unitcode: found an unknown field/,
    ]) {
      assert.ok(
        lines.some((line) => wanted.test(line)),
        `${wanted} among\n${error.message}`,
      );
    }
  }
});

test('a mapping file that is no JSON is refused with its line', () => {
  assert.throws(() => parse('{\n "sources": [\n}'), /map\.json:3: the body is not JSON/);
});

test('paths read members, items and quoted names, and never the prototype', () => {
  assert.deepEqual(parsePath('a.b[2]["x y"].c'), ['a', 'b', 2, 'x y', 'c']);
  for (const wrong of ['', '.a', 'a.', 'a..b', 'a[', 'a[x]', 'a]b', '["a']) assert.equal(parsePath(wrong), undefined);
  assert.equal(read({ ...good, q: Object.create({ value: 1, unit: 'l/s' }) as unknown }).reason, 'missing');
});

test('twelve-hour labels and local time become instants', () => {
  const reader = timeReader('yyyy-MM-dd hh:mm a', 'Asia/Bishkek');
  assert.ok(typeof reader === 'function');
  const at = (text: string): string | undefined => {
    const ms = reader(text);
    return ms === undefined ? undefined : new Date(ms).toISOString();
  };
  assert.equal(at('2021-01-01 02:00 AM'), '2020-12-31T20:00:00.000Z');
  assert.equal(at('2021-01-01 12:00 AM'), '2020-12-31T18:00:00.000Z');
  assert.equal(at('2021-01-01 12:30 PM'), '2021-01-01T06:30:00.000Z');
  assert.equal(at('2021-01-01 13:00 PM'), undefined);
  assert.equal(at('2021-01-01 02:00'), undefined);
});

test('a time that the clock skipped is none, one that it showed twice is the earlier', () => {
  const berlin = zone('Europe/Berlin');
  assert.equal(berlin?.toUtc(Date.UTC(2026, 2, 29, 2, 30)), undefined);
  assert.equal(berlin?.toUtc(Date.UTC(2026, 9, 25, 2, 30)), Date.UTC(2026, 9, 25, 0, 30));
  assert.equal(berlin?.toUtc(Date.UTC(2026, 6, 1, 12)), Date.UTC(2026, 6, 1, 10));
  assert.equal(zone('Asia/Nowhere'), undefined);
});

test('every instant written in any offset is read back', () => {
  const reader = timeReader('iso', undefined);
  assert.ok(typeof reader === 'function');
  fc.assert(
    fc.property(
      fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2199, 0, 1) }),
      fc.integer({ min: -14 * 60, max: 14 * 60 }),
      (ms, offsetMinutes) => {
        const local = new Date(ms + offsetMinutes * 60_000).toISOString().slice(0, -1);
        const size = Math.abs(offsetMinutes);
        const two = (value: number): string => String(value).padStart(2, '0');
        const offset = `${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
        assert.equal(reader(local + offset), ms);
      },
    ),
  );
});

test('a pattern matches exactly the topics that it describes', () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,3}$/), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(words, words, (segments, other) => {
      const named = segments.map((segment, index) => (index % 2 === 1 ? `{n${index}}` : segment));
      const parsed = parseTopicPattern(named.join('/'));
      assert.ok(parsed.pattern);
      const own = matchTopic(parsed.pattern, segments);
      assert.deepEqual(own, Object.fromEntries(segments.flatMap((s, i) => (i % 2 === 1 ? [[`n${i}`, s]] : []))));
      const fits = other.length === segments.length && other.every((part, i) => i % 2 === 1 || part === segments[i]);
      assert.equal(matchTopic(parsed.pattern, other) !== undefined, fits);
    }),
  );
});

test('a source that is declared twice is refused with both places, in one file and in two', () => {
  const source = (id: string): object => ({ ...(exampleMapping['sources'] as object[])[0], id });
  const file = (...ids: string[]): string =>
    JSON.stringify({ ...exampleMapping, mappings: [], sources: ids.map(source) }, undefined, 1);
  const lineOf = (text: string, nth: number): number =>
    [...text.matchAll(/"id": "air"/g)].map(({ index }) => text.slice(0, index).split('\n').length)[nth] ?? 0;
  const twice = file('air', 'water', 'air');
  assert.throws(() => parse(twice), {
    message: `map.json:${lineOf(twice, 1)}: sources[2].id: found "air", wanted an id that no other source has; map.json:${lineOf(twice, 0)} declares this one`,
  });
  const [one, other] = [file('air', 'water'), file('noise', 'air')] as const;
  const parsed = [one, other].map((text, i) => parseMappingFile(Buffer.from(text), `${i}.json`, []));
  assert.throws(() => joinMappingFiles(parsed), {
    message: `the source "air" is declared twice: 0.json:${lineOf(one, 0)} and 1.json:${lineOf(other, 0)}`,
  });
  assert.deepEqual(
    joinMappingFiles([parsed[0] as MappingFile]).sources.map(({ id }) => id),
    ['air', 'water'],
  );
});

test('a member that stands twice in its object is refused with both places', () => {
  assert.throws(() => parse('{\n"sources": [],\n"mappings": [],\n"sources": []\n}'), {
    message: 'map.json:4: sources stands twice; the first one: line 2',
  });
});

test('no payload whatever makes the mapping throw', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (payload) => {
      for (const mapping of mappings)
        mapping.read(mapping.target({ meter: 'm', district: 'd', place: 'p' }), payload, now);
    }),
  );
});

test('no file whatever makes the reader fail with anything but a Problem', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
      try {
        parse(text);
      } catch (error) {
        assert.ok(error instanceof Problem, String(error));
      }
    }),
  );
});

test('every example of the documentation is a mapping file without a fault', async () => {
  const docs = new URL('../../../docs/', import.meta.url);
  const guide = await readFile(new URL('mapping.md', docs), 'utf8');
  const blocks = [...guide.matchAll(/```json\n(\{\s*"sources"[\s\S]*?)```/g)].map(([, text = '']) => text);
  assert.equal(blocks.length, 1);
  const names = (await readdir(new URL('examples/', docs))).filter((name) => name.endsWith('.json'));
  assert.ok(names.length >= 2);
  const files = await Promise.all(names.map((name) => readFile(new URL(`examples/${name}`, docs), 'utf8')));
  for (const text of [...blocks, ...files]) {
    const file = parseMappingFile(Buffer.from(text), 'map.json', ['milesight-iot/em310-udl'], feedKinds);
    assert.ok(file.mappings.length + file.feeds.length > 0);
  }
});
