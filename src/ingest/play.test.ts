import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import { createMetrics } from '../base/metrics.ts';
import { spyOn } from './fixtures/spy.ts';
import { openTestCity } from '../../test/fixtures/testCity.ts';
import { ingest, play, type Ingest } from './index.ts';
import { parseMappingFile } from './mapping/index.ts';

const directory = await mkdtemp(join(tmpdir(), 'chorsu-play-'));
after(() => rm(directory, { recursive: true }));
const platform = await openTestCity();
after(() => platform.close());
const example = new URL('../../docs/examples/traffic-metr-la.json', import.meta.url);
const mapping = parseMappingFile(await readFile(example), 'traffic.json', []);

/** Two detectors, `rows` instants; the second detector misses every tenth value. */
async function table(rows: number): Promise<string> {
  const lines = Array.from({ length: rows }, (_, i) => `${30 + (i % 20)},${i % 10 === 9 ? 0 : 60}`);
  const path = join(directory, `speed-${rows}.csv`);
  await writeFile(path, `101,102\n${lines.join('\n')}\n`);
  await writeFile(
    join(directory, 'graph_sensor_locations.csv'),
    'index,sensor_id,latitude,longitude\n0,101,34.1,-118.3\n1,102,34.2,-118.4\n',
  );
  return path;
}

async function city() {
  const broker = spyOn(platform.broker);
  const made: Ingest = ingest({
    broker,
    rows: platform.store.rows,
    files: platform.store.files,
    city: {
      id: 'chorrah',
      center: [68.78, 38.56],
      bbox: [68.7, 38.5, 68.9, 38.65],
      languages: ['tg', 'en'],
      name: { en: 'Chorrah' },
      timeZone: 'UTC',
      lawPack: { country: 'XX', householdReadings: false, laws: [] },
    },
    clock: systemClock,
    metrics: createMetrics(),
    log: silentLog,
    mapping,
    mqtt: { port: 0 },
  });
  await made.start?.();
  return { broker, made, mqttUrl: `mqtt://127.0.0.1:${made.mqttPorts().port}` };
}

test('what is played over MQTT arrives whole: counts match, places and units with it', async () => {
  const { broker, made, mqttUrl } = await city();
  const report = await play({ file: await table(500), mapping, mqttUrl }, { clock: systemClock });
  assert.deepEqual(
    [report.rows, report.sent, report.acknowledged, report.values, report.skipped],
    [500, 950, 950, 950, 50],
  );
  assert.equal(broker.readings.length, 950);
  const [first] = broker.readings;
  const speed = first?.attrs['https://uri.etsi.org/ngsi-ld/default-context/averageVehicleSpeed']?.[0];
  assert.deepEqual(speed, {
    type: 'Property',
    value: 48.28,
    observedAt: '2012-03-01T08:00:00.000Z',
    unitCode: 'KMH',
  });
  assert.deepEqual(first?.atBirth?.['https://uri.etsi.org/ngsi-ld/location']?.[0]?.value, {
    type: 'Point',
    coordinates: [-118.3, 34.1],
  });
  assert.equal(made.reports()[0]?.health.accepted, 950);
  await made.stop?.();
});

test('a speed factor keeps the recorded rhythm', async () => {
  const { made, mqttUrl } = await city();
  // Three rows are ten minutes apart from first to last; 6,000 times faster that is a tenth of a second.
  const report = await play({ file: await table(3), mapping, mqttUrl, speed: 6000 }, { clock: systemClock });
  assert.equal(report.acknowledged, 6);
  assert.ok(report.seconds >= 0.09 && report.seconds < 5, `${report.seconds} s`);
  await made.stop?.();
});

test('a broker that is not there is named', async () => {
  const options = { file: await table(3), mapping, mqttUrl: 'mqtt://127.0.0.1:9' };
  await assert.rejects(play(options, { clock: systemClock }), /cannot connect to mqtt:\/\/127\.0\.0\.1:9/);
});
