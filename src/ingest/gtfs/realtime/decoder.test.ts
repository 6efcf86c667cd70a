import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { PbfWriter } from 'pbf';
import { Problem } from '../../../base/problem.ts';
import { decodeFeed, feedMaxBytes } from './decoder.ts';
import { writeFeed, type FeedParts } from './fixtures/feedWriter.ts';
import * as words from './words.ts';

const real = fileURLToPath(new URL('../../../../../shared/data/gtfs-rt/', import.meta.url));
const skip = existsSync(real) ? false : 'skipped: ../shared/data/gtfs-rt not found';
const realFeed = (name: string): Uint8Array => readFileSync(`${real}${name}.pbf`);

const thrownBy = (bytes: Uint8Array): Problem => {
  try {
    decodeFeed(bytes);
  } catch (error) {
    assert.ok(error instanceof Problem, String(error));
    return error;
  }
  return assert.fail('nothing was thrown');
};

suite('feeds of agencies', { skip }, () => {
  test('King County, 2021: 627 and then 570 vehicles, version 2.0', () => {
    const [first, second] = [decodeFeed(realFeed('king-county-metro-1')), decodeFeed(realFeed('king-county-metro-2'))];
    assert.deepEqual(first.header, { version: '2.0', incrementality: 'FULL_DATASET', timestampS: 1630596716 });
    assert.equal(second.header.timestampS, 1630598910);
    assert.deepEqual([first.vehicles.length, second.vehicles.length], [627, 570]);
    assert.deepEqual([first.tripUpdates.length, first.alerts.length, first.deleted.length], [0, 0, 0]);
    assert.deepEqual(first.skipped, { entities: 0, fields: 0, extensions: 0, badTexts: 0 });
    assert.deepEqual(first.vehicles[0], {
      id: '1630596716_4382',
      trip: { tripId: '49195152', startDate: '20210902', routeId: '100001', directionId: 0 },
      vehicle: { id: '4382', label: '4382' },
      position: { latitude: Math.fround(47.6361542), longitude: Math.fround(-122.370354) },
      stopSequence: 169,
      stopId: '2470',
      timestampS: 1630596690,
      status: 'IN_TRANSIT_TO',
      carriages: [],
    });
  });

  test('SEPTA, 2023: 35 trip updates of version 1.0, without incrementality', () => {
    const feed = decodeFeed(realFeed('septa'));
    assert.deepEqual(feed.header, { version: '1.0', incrementality: 'FULL_DATASET', timestampS: 1680120572 });
    assert.equal(feed.tripUpdates.length, 35);
    assert.deepEqual(feed.tripUpdates[0], {
      id: 'AIR_4846_V55_M',
      trip: { tripId: 'AIR_4846_V55_M' },
      stops: [
        {
          stopSequence: 3,
          stopId: '90403',
          arrival: { delayS: 0, uncertaintyS: 300 },
          relationship: 'SCHEDULED',
        },
      ],
      timestampS: 1680120420,
    });
  });

  test('cut off at any byte they are refused whole, with the byte', () => {
    const bytes = realFeed('septa');
    for (let length = 0; length < bytes.length; length++) {
      try {
        const feed = decodeFeed(bytes.subarray(0, length));
        // A cut between two entities leaves a feed that is whole: protobuf does not say how many there should be.
        assert.ok(feed.tripUpdates.length < 35);
      } catch (error) {
        assert.ok(error instanceof Problem, `${length}: ${String(error)}`);
        assert.match(error.field ?? '', /^byte \d+$/);
      }
    }
  });

  test('whatever is changed in their bytes, only a Problem is thrown', () => {
    const files = ['king-county-metro-1', 'septa'].map(realFeed);
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), { minLength: 1, maxLength: 20 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (file, changes, cut) => {
          const bytes = Uint8Array.from(file.subarray(0, Math.ceil(file.length * (0.5 + cut))));
          for (const [place, byte] of changes) bytes[Math.floor(place * (bytes.length - 1))] = byte;
          try {
            decodeFeed(bytes);
          } catch (error) {
            assert.ok(error instanceof Problem, String(error));
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

const optional = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined });
/** Records whose absent members are not there, as the decoder makes them. */
const record = <T extends object>(of: { [K in keyof T]-?: fc.Arbitrary<T[K] | undefined> }): fc.Arbitrary<T> =>
  fc
    .record(of as Record<string, fc.Arbitrary<unknown>>)
    .map((made) => Object.fromEntries(Object.entries(made).filter(([, v]) => v !== undefined)) as T);

const text = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((made) => !made.includes('\ufffd'));
const uint = fc.nat(0x7fff_ffff);
const int = fc.integer();
const seconds = fc.nat(4_102_444_800);
const float = fc.float({ noNaN: true, noDefaultInfinity: true });
const enumeration = (toWord: (number: number) => string, from = 0): fc.Arbitrary<string> =>
  fc.integer({ min: from, max: 20 }).map(toWord);
const translated = fc.dictionary(fc.constantFrom('', 'tg', 'ru', 'uz-Cyrl', 'en'), text, {
  minKeys: 1,
  noNullPrototype: true,
});

const trip = record<NonNullable<NonNullable<FeedParts['vehicles']>[number]['trip']>>({
  tripId: optional(text),
  routeId: optional(text),
  directionId: optional(uint),
  startTime: optional(text),
  startDate: optional(text),
  relationship: optional(enumeration(words.tripRelationship)),
});
const descriptor = record({
  id: optional(text),
  label: optional(text),
  licensePlate: optional(text),
  wheelchair: optional(enumeration(words.wheelchairAccess)),
});
const event = record({
  delayS: optional(int),
  timeS: optional(fc.maxSafeInteger()),
  uncertaintyS: optional(int),
  scheduledTimeS: optional(fc.maxSafeInteger()),
});
const stop = record<NonNullable<FeedParts['tripUpdates']>[number]['stops'][number]>({
  stopSequence: optional(uint),
  stopId: optional(text),
  arrival: optional(event),
  departure: optional(event),
  relationship: enumeration(words.stopRelationship),
  occupancy: optional(enumeration(words.occupancyStatus)),
  assignedStopId: optional(text),
});
const tripUpdate = record<NonNullable<FeedParts['tripUpdates']>[number]>({
  id: text,
  trip,
  vehicle: optional(descriptor),
  stops: fc.array(stop, { maxLength: 4 }),
  timestampS: optional(seconds),
  delayS: optional(int),
  properties: optional(
    record({
      tripId: optional(text),
      startDate: optional(text),
      startTime: optional(text),
      headsign: optional(text),
      shortName: optional(text),
    }),
  ),
});
const vehicle = record<NonNullable<FeedParts['vehicles']>[number]>({
  id: text,
  trip: optional(trip),
  vehicle: optional(descriptor),
  position: optional(
    record({
      latitude: float,
      longitude: float,
      bearing: optional(float),
      odometerM: optional(fc.double({ noNaN: true })),
      speedMPerS: optional(float),
    }),
  ),
  stopSequence: optional(uint),
  stopId: optional(text),
  status: enumeration(words.vehicleStopStatus),
  timestampS: optional(seconds),
  congestion: optional(enumeration(words.congestionLevel)),
  occupancy: optional(enumeration(words.occupancyStatus)),
  occupancyPercent: optional(uint),
  carriages: fc.array(
    record({
      id: optional(text),
      label: optional(text),
      occupancy: optional(enumeration(words.occupancyStatus)),
      occupancyPercent: optional(int),
      sequence: optional(uint),
    }),
    { maxLength: 2 },
  ),
});
const alert = record<NonNullable<FeedParts['alerts']>[number]>({
  id: text,
  periods: fc.array(record({ startS: optional(seconds), endS: optional(seconds) }), { maxLength: 2 }),
  informed: fc.array(
    record({
      agencyId: optional(text),
      routeId: optional(text),
      routeType: optional(int),
      directionId: optional(uint),
      trip: optional(trip),
      stopId: optional(text),
    }),
    { maxLength: 3 },
  ),
  cause: enumeration(words.cause, 1),
  effect: enumeration(words.effect, 1),
  severity: enumeration(words.severityLevel, 1),
  url: optional(translated),
  header: optional(translated),
  description: optional(translated),
  causeDetail: optional(translated),
  effectDetail: optional(translated),
});

suite('decoding', () => {
  test('what was written is read', () => {
    fc.assert(
      fc.property(
        fc.record({
          incrementality: enumeration(words.incrementality),
          timestampS: seconds,
          deleted: fc.array(text, { maxLength: 2 }),
          tripUpdates: fc.array(tripUpdate, { maxLength: 3 }),
          vehicles: fc.array(vehicle, { maxLength: 3 }),
          alerts: fc.array(alert, { maxLength: 3 }),
        }),
        ({ incrementality, timestampS, ...parts }) => {
          const feed = decodeFeed(writeFeed({ incrementality, timestampS, ...parts }));
          assert.deepEqual(feed, {
            header: { version: '2.0', incrementality, timestampS },
            ...parts,
            skipped: { entities: 0, fields: 0, extensions: 0, badTexts: 0 },
          });
        },
      ),
      { numRuns: 200 },
    );
  });

  test('the numbers of the words are those of the specification', () => {
    assert.equal(words.tripRelationship(3), 'CANCELED');
    assert.equal(words.tripRelationship(6), 'DUPLICATED');
    assert.equal(words.tripRelationship(4), '4');
    assert.equal(words.stopRelationship(1), 'SKIPPED');
    assert.equal(words.vehicleStopStatus(1), 'STOPPED_AT');
    assert.equal(words.occupancyStatus(5), 'FULL');
    assert.equal(words.cause(10), 'CONSTRUCTION');
    assert.equal(words.cause(0), '0');
    assert.equal(words.effect(4), 'DETOUR');
    assert.equal(words.severityLevel(4), 'SEVERE');
    assert.equal(words.severityLevel(99), '99');
  });

  const header = (to: PbfWriter): void =>
    to.writeMessage(1, (version: string, into) => into.writeStringField(1, version), '2.0');
  const entity = (to: PbfWriter, write: (into: PbfWriter) => void): void =>
    to.writeMessage(2, (_: null, into) => write(into), null);

  test('extensions and fields of later versions are skipped and counted', () => {
    const pbf = new PbfWriter();
    header(pbf);
    pbf.writeStringField(1001, 'an agency says more');
    entity(pbf, (into) => {
      into.writeStringField(1, 'v');
      into.writeFixed64Field(77, 1);
      into.writeMessage(4, (_: null, vehicleTo) => vehicleTo.writeVarintField(9001, 5), null);
    });
    entity(pbf, (into) => {
      into.writeStringField(1, 'shape');
      into.writeMessage(6, (id: string, shapeTo) => shapeTo.writeStringField(1, id), 's');
    });
    const { skipped, vehicles } = decodeFeed(pbf.finish());
    assert.equal(vehicles.length, 1);
    assert.deepEqual(skipped, { entities: 1, fields: 4, extensions: 2, badTexts: 0 });
  });

  test('a message that occurs twice is merged, as protobuf asks', () => {
    const pbf = new PbfWriter();
    header(pbf);
    pbf.writeMessage(1, (at: number, into) => into.writeVarintField(3, at), 1_700_000_000);
    assert.deepEqual(decodeFeed(pbf.finish()).header, {
      version: '2.0',
      incrementality: 'FULL_DATASET',
      timestampS: 1_700_000_000,
    });
  });

  test('a required field that is missing refuses the feed', () => {
    assert.match(thrownBy(new Uint8Array(0)).message, /there is no header/);
    assert.match(thrownBy(writeFeed({ version: null, deleted: ['a'] })).message, /there is no header/);
    const half = new PbfWriter();
    header(half);
    entity(half, (into) => {
      into.writeStringField(1, 'v');
      into.writeMessage(
        4,
        (_: null, vehicleTo) =>
          vehicleTo.writeMessage(2, (latitude: number, position) => position.writeFloatField(1, latitude), 41.5),
        null,
      );
    });
    assert.match(thrownBy(half.finish()).message, /half a position/);
    const nameless = new PbfWriter();
    header(nameless);
    entity(nameless, (into) => into.writeBooleanField(2, true));
    assert.match(thrownBy(nameless.finish()).message, /an entity without an id/);
  });

  test('a page of HTML is no feed', () => {
    const { kind, message, field } = thrownBy(new TextEncoder().encode('<!DOCTYPE html><html><body>404'));
    assert.equal(kind, 'bad-data');
    assert.match(message, /^not a whole GTFS-Realtime feed/);
    assert.equal(field, 'byte 0');
  });

  test('a value of another wire type than its field refuses the feed', () => {
    const pbf = new PbfWriter();
    pbf.writeMessage(1, (_: null, into) => into.writeVarintField(1, 2), null);
    assert.match(thrownBy(pbf.finish()).message, /wire type 0 where 2 belongs/);
  });

  test('a version of the future is not supported', () => {
    assert.equal(thrownBy(writeFeed({ version: '3.0' })).kind, 'not-supported');
    assert.equal(decodeFeed(writeFeed({ version: '1' })).header.version, '1');
  });

  test('more than 20 MB, 100,000 entities or 3,000,000 messages are refused', () => {
    assert.equal(thrownBy(new Uint8Array(feedMaxBytes + 1)).kind, 'too-large');
    const pbf = new PbfWriter();
    header(pbf);
    for (let i = 0; i <= 100_000; i++) entity(pbf, (into) => into.writeStringField(1, 'v'));
    const entities = thrownBy(pbf.finish());
    assert.equal(entities.kind, 'too-large');
    assert.match(entities.message, /100000 entities/);
    const bomb = new PbfWriter();
    header(bomb);
    entity(bomb, (into) => {
      into.writeStringField(1, 'a');
      into.writeMessage(
        5,
        (_: null, to) => {
          for (let i = 0; i < 3_000_001; i++) to.writeMessage(5, () => {}, null);
        },
        null,
      );
    });
    assert.equal(thrownBy(bomb.finish()).kind, 'too-large');
  });

  test('a text that is not UTF-8 is kept as far as it can be read, and counted', () => {
    const bytes = writeFeed({ vehicles: [{ id: 'v', status: 'STOPPED_AT', carriages: [], stopId: 'Ж' }] });
    const at = bytes.findIndex((byte, i) => byte === 0xd0 && bytes[i + 1] === 0x96);
    bytes[at + 1] = 0x20;
    const { vehicles, skipped } = decodeFeed(bytes);
    assert.equal(vehicles[0]?.stopId, '\ufffd ');
    assert.equal(skipped.badTexts, 1);
  });
});
