import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suite, test } from 'node:test';
import type { Instance } from '../../../ngsild/entity.ts';
import { decodeFeed } from './decoder.ts';
import { iri } from './instances.ts';
import type { FeedHeader, VehiclePosition } from './message.ts';
import { vehicleTrack } from './track.ts';
import { vehicleReading, type VehicleContext } from './vehicleReadings.ts';

const now = '2026-11-22T08:00:00Z';
const nowS = Date.parse(now) / 1000;
const header: FeedHeader = { version: '2.0', incrementality: 'FULL_DATASET', timestampS: nowS };
const context = (more: Partial<VehicleContext> = {}): VehicleContext => ({
  source: 'buses',
  timetable: 'bus',
  routeType: (id) => (id === 'tram' ? 0 : 3),
  box: [68.7, 38.5, 68.9, 38.65],
  simulated: false,
  nowMs: Date.parse(now),
  track: vehicleTrack(),
  ...more,
});
const bus = (more: Partial<VehiclePosition> = {}): VehiclePosition => ({
  id: 'entity-1',
  vehicle: { id: '4382', label: 'Bus 4382', licensePlate: '01 777 AAA' },
  trip: { tripId: 't1', routeId: 'r1' },
  position: { latitude: 38.56, longitude: 68.77, bearing: 359.7, speedMPerS: 10 },
  status: 'IN_TRANSIT_TO',
  timestampS: nowS - 30,
  carriages: [],
  ...more,
});
const taken = (vehicle: VehiclePosition, of: VehicleContext = context(), head = header) => {
  const result = vehicleReading(vehicle, head, of);
  assert.ok(result && result.reason === undefined, JSON.stringify(result));
  const value = (name: string): Instance | undefined => result.reading.attrs[iri(name)]?.[0];
  return { ...result, value };
};
const reasonOf = (vehicle: VehiclePosition, of: VehicleContext = context(), head = header): string => {
  const result = vehicleReading(vehicle, head, of);
  assert.ok(result?.reason !== undefined, JSON.stringify(result));
  return `${result.reason}: ${result.detail}`;
};

suite('a vehicle position', () => {
  test('becomes a Vehicle with the instant of the vehicle itself', () => {
    const { reading, value, flagged } = taken(bus());
    assert.equal(reading.id, 'urn:ngsi-ld:Vehicle:buses:4382');
    assert.deepEqual(value('location'), {
      type: 'GeoProperty',
      value: { type: 'Point', coordinates: [68.77, 38.56] },
      observedAt: '2026-11-22T07:59:30.000Z',
    });
    assert.deepEqual([value('speed')?.value, value('speed')?.unitCode], [36, 'KMH']);
    assert.deepEqual([value('bearing')?.value, value('bearing')?.unitCode], [0, 'DD']);
    assert.equal(value('serviceStatus')?.value, 'onRoute');
    assert.equal(value('vehicleType')?.value, 'bus');
    assert.deepEqual(value('refRoute')?.value, 'urn:ngsi-ld:GtfsRoute:bus:r1');
    assert.deepEqual(reading.atBirth?.[iri('name')]?.[0]?.value, 'Bus 4382');
    assert.equal(flagged, false);
  });

  test('keeps no licence plate', () => {
    assert.ok(!JSON.stringify(taken(bus())).includes('777'));
    assert.match(reasonOf(bus({ vehicle: { licensePlate: '01 777 AAA' }, trip: {} })), /^entity: /);
  });

  test('without a time of its own has that of the feed; without any it is refused', () => {
    const { timestampS: _, ...timeless } = bus();
    assert.equal(taken(timeless).observedMs, nowS * 1000);
    assert.match(reasonOf(timeless, context(), { version: '2.0', incrementality: 'FULL_DATASET' }), /^time: /);
    assert.match(reasonOf(bus({ timestampS: nowS * 1000 })), /^time: .* are no seconds since 1970/);
    assert.match(reasonOf(bus({ timestampS: nowS + 400 })), /^future: .* 400 s ahead/);
  });

  test('is known by its id, its label, or the run that it serves, never by the number in the feed', () => {
    assert.equal(taken(bus({ vehicle: { label: 'B 7' } })).reading.id, 'urn:ngsi-ld:Vehicle:buses:B%207');
    const { vehicle: _, ...nameless } = bus({ trip: { tripId: 't1', startDate: '20261122' } });
    assert.equal(taken(nameless).reading.id, 'urn:ngsi-ld:Vehicle:buses:trip-t1-20261122');
    assert.match(reasonOf({ ...nameless, trip: { routeId: 'r1' } }), /^entity: /);
  });

  test('at 0, 0, far away or swapped is refused with the reason', () => {
    const at = (latitude: number, longitude: number): VehiclePosition => bus({ position: { latitude, longitude } });
    assert.match(reasonOf(at(0, 0)), /^range: .* no fix/);
    assert.match(reasonOf(at(55.75, 37.6)), /^range: .* km from the city$/);
    assert.match(reasonOf(at(68.77, 38.56)), /swapped/);
    assert.match(reasonOf(at(122.3, 47.6)), /swapped/);
    assert.match(reasonOf(at(Number.NaN, 1)), /^range: /);
    assert.equal(taken(at(39.5, 69.5)).flagged, false, 'a bus to another town is no error');
  });

  test('that could not have come there is flagged, and so is a speed that no bus has', () => {
    const of = context();
    taken(bus({ timestampS: nowS - 60 }), of);
    const far = taken(bus({ position: { latitude: 38.64, longitude: 68.77 }, timestampS: nowS - 50 }), of);
    assert.deepEqual(far.value('location')?.sub?.[iri('status')]?.[0]?.value, 'flagged');
    assert.equal(far.flagged, true);
    // The place before the jump is still the one that counts.
    assert.equal(taken(bus({ timestampS: nowS - 40 }), of).flagged, false);
    const fast = taken(bus({ position: { latitude: 38.56, longitude: 68.77, speedMPerS: 90 }, timestampS: nowS }), of);
    assert.deepEqual([fast.value('speed')?.value, fast.flagged], [324, true]);
  });

  test('told again is not new; what has not changed is not told again', () => {
    const of = context();
    taken(bus(), of);
    assert.equal(vehicleReading(bus(), header, of), undefined);
    const next = taken(bus({ timestampS: nowS }), of);
    assert.equal(next.value('refRoute'), undefined);
    assert.ok(next.value('location'));
    const { trip: _, ...idle } = bus({ timestampS: nowS + 10 });
    assert.equal(taken(idle, of).value('serviceStatus')?.value, 'outOfService');
    of.track.forget('urn:ngsi-ld:Vehicle:buses:4382');
    assert.ok(taken(bus({ timestampS: nowS + 10 }), of).value('refRoute'));
  });

  test('that is older than the last one is told in full, for history', () => {
    const of = context();
    taken(bus(), of);
    assert.ok(taken(bus({ timestampS: nowS - 300 }), of).value('refRoute'));
    assert.equal(vehicleReading(bus(), header, of), undefined, 'the newer one is still the last');
  });

  test('says how full it is and at which stop, in the words of the feed', () => {
    const { value } = taken(bus({ occupancy: 'FULL', occupancyPercent: 97, stopId: 's 1', status: 'STOPPED_AT' }));
    assert.equal(value('occupancyStatus')?.value, 'FULL');
    assert.deepEqual([value('occupancyPercentage')?.value, value('occupancyPercentage')?.unitCode], [97, 'P1']);
    assert.equal(value('refStop')?.value, 'urn:ngsi-ld:GtfsStop:bus:s%201');
    assert.equal(value('refStop')?.sub?.[iri('stopStatus')]?.[0]?.value, 'STOPPED_AT');
    assert.equal(taken(bus({ occupancy: 'NO_DATA_AVAILABLE' })).value('occupancyStatus'), undefined);
  });
});

const real = fileURLToPath(new URL('../../../../../shared/data/gtfs-rt/', import.meta.url));
const skip = existsSync(real) ? false : 'skipped: ../shared/data/gtfs-rt not found';

test('two feeds of King County: each vehicle once, the second moves those that it has', { skip }, () => {
  const of = context({ box: [-122.5, 47.2, -121.9, 47.8], nowMs: 1_630_600_000_000 });
  const read = (name: string) => {
    const feed = decodeFeed(readFileSync(`${real}${name}.pbf`));
    return feed.vehicles.map((vehicle) => vehicleReading(vehicle, feed.header, of));
  };
  const [first, second] = [read('king-county-metro-1'), read('king-county-metro-2')];
  const ids = (results: typeof first): Set<string> =>
    new Set(results.flatMap((result) => (result && result.reason === undefined ? [result.reading.id] : [])));
  assert.deepEqual([ids(first).size, ids(second).size], [627, 569]);
  assert.equal([...ids(second)].filter((id) => ids(first).has(id)).length, 419);
  // Bus 7486 stands at 0, 0 in the second feed.
  const refusals = [...first, ...second].flatMap((result) => (result?.reason === undefined ? [] : [result]));
  assert.deepEqual(
    refusals.map(({ reason }) => reason),
    ['range'],
  );
  assert.match(refusals[0]?.detail ?? '', /1630598910_7486.* no fix/);
  assert.equal([...first, ...second].filter((result) => result?.reason === undefined && result?.flagged).length, 0);
});
