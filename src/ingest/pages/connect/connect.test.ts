import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { connect } from 'mqtt';
import { openTestCity } from '../../../../test/fixtures/testCity.ts';
import { fullLanguages, missingMessages } from '../../../ui/index.ts';
import { loadMapping } from '../../index.ts';
import { parseMappingFile } from '../../mapping/index.ts';
import { mappingFile } from './connect.tsx';
import type { Copied, Here } from './door.ts';
import { doors } from './doors/index.ts';
import { connectWords } from './messages/index.ts';

const directory = mkdtempSync(join(tmpdir(), 'chorsu-connect-'));
const mapped = doors.filter(({ mapping }) => mapping !== undefined);
/** A live feed would ask others: its mapping is compiled below, not served. */
const texts = { purpose: 'p', owner: 'o', legalBasis: 'l' };
const served = mapped.filter(({ mapping }) => !('feeds' in (mapping?.(texts) ?? {})));
const mappings = served.map(({ id }) => {
  const path = join(directory, `${id}.json`);
  writeFileSync(path, mappingFile(id, 'tg') ?? '');
  return path;
});
const bare = await openTestCity({ city: 'aqkol', mqttPort: 0 });
const city = await openTestCity({ city: 'aqkol', mqttPort: 0, mappings });
after(() => Promise.all([bare.close(), city.close()]));

const here: Here = {
  url: city.url,
  mqtt: { host: '127.0.0.1', port: city.mqttPort ?? 0, tls: false },
  center: city.city.center,
  now: Date.now(),
};
const textOf = (items: readonly Copied[] | undefined, step: Copied['step']): string => {
  const found = items?.find((item) => item.step === step);
  return found && 'text' in found ? found.text : assert.fail(`nothing to copy for ${step}`);
};
const doorOf = (id: string) => doors.find((door) => door.id === id) ?? assert.fail(id);
/** The payload between single quotes of a command that was copied. */
const payloadOf = (command: string): string => /'(\{.*\})'/.exec(command)?.[1] ?? assert.fail(command);

test('the words of the page and of every door are complete in five languages', () => {
  assert.deepEqual(missingMessages(connectWords), []);
  for (const { id, words } of doors) assert.deepEqual(missingMessages(words), [], id);
});

for (const { id } of mapped) {
  test(`the mapping of ${id} compiles in every language and is served as a file`, async () => {
    for (const language of fullLanguages) {
      const answer = await fetch(`${bare.url}/api/connect/${id}.json?lang=${language}`);
      assert.equal(answer.headers.get('content-disposition'), `attachment; filename="${id}.json"`);
      const path = join(directory, `${language}-${id}.json`);
      writeFileSync(path, new Uint8Array(await answer.arrayBuffer()));
      const { sources } = await loadMapping(path);
      assert.equal(sources.length, 1);
      assert.equal(sources[0]?.simulated, false);
    }
  });
}

test('there is no mapping for a door that is not there', async () => {
  assert.equal((await fetch(`${bare.url}/api/connect/pigeon.json`)).status, 404);
  assert.equal((await fetch(`${bare.url}/api/connect/..%2fmqtt.json`)).status, 404);
});

test('what the MQTT door tells to send arrives as an entity, and the page says that it was accepted', async () => {
  const command = textOf(doorOf('mqtt').copied(here), 'send');
  assert.match(command, new RegExp(`^mosquitto_pub -h 127.0.0.1 -p ${city.mqttPort} -q 1 -t sensors/a1 -m `));
  const client = connect(`mqtt://127.0.0.1:${city.mqttPort}`);
  await new Promise((resolve, reject) =>
    client.publish('sensors/a1', payloadOf(command), { qos: 1 }, (error) =>
      error ? reject(error) : resolve(undefined),
    ),
  );
  await client.endAsync();
  const entity = await (await city.fetch('/entities/urn:ngsi-ld:WeatherObserved:a1?options=keyValues')).json();
  assert.equal((entity as { temperature: number }).temperature, 21.5);
  const html = await (await fetch(`${city.url}/en/sources/connect`)).text();
  assert.match(html, /<h3>Accepted<\/h3>/);
});

for (const id of ['lorawan', 'http']) {
  test(`what the ${id} door tells to send is taken`, async () => {
    const copied = doorOf(id).copied(here);
    const answer = await fetch(textOf(copied, 'address'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: payloadOf(textOf(copied, 'send')),
    });
    assert.deepEqual(await answer.json(), { accepted: 1, refused: [] });
  });
}

test('the file that the CSV door shows is imported with its mapping', async () => {
  const file = join(directory, 'readings.csv');
  writeFileSync(file, textOf(doorOf('csv').copied(here), 'sample'));
  const mapping = parseMappingFile(Buffer.from(mappingFile('csv', 'tg') ?? ''), 'csv.json', []);
  const report = await city.ingest.importFile({ file, mapping });
  assert.deepEqual([report.kept, report.rejected], [1, 0]);
});

test('the places that the GeoJSON door shows are imported with its mapping', async () => {
  const file = join(directory, 'places.geojson');
  writeFileSync(file, textOf(doorOf('geojson').copied(here), 'sample'));
  const mapping = parseMappingFile(Buffer.from(mappingFile('geojson', 'tg') ?? ''), 'geojson.json', []);
  const report = await city.ingest.importFile({ file, mapping });
  assert.deepEqual([report.items, report.rejected], [1, 0]);
});

test('a place in what is copied is short, as a person would write it', async () => {
  const html = await (await fetch(`${bare.url}/en/sources/connect`)).text();
  const [, long] = /"lon":([\d.]+)/.exec(html.replaceAll('&quot;', '"')) ?? [];
  assert.match(long ?? '', /^\d+\.\d{1,5}$/);
});

test('a person with a device in hand sees its topic, newest first, and what was refused', async () => {
  const before = await (await fetch(`${bare.url}/ru/sources/connect`)).text();
  assert.ok(before.includes(connectWords('ru')('arrivalsNone')));
  const client = connect(`mqtt://127.0.0.1:${bare.mqttPort}`);
  for (const topic of ['meter/<b>1', 'meter/2', 'meter/<b>1']) await client.publishAsync(topic, '1', { qos: 1 });
  await client.endAsync();
  const html = await (await fetch(`${bare.url}/en/sources/connect`)).text();
  const topics = [...html.matchAll(/<code>(meter[^<]*)<\/code>/g)].map(([, topic]) => topic);
  assert.deepEqual(topics, ['meter/&lt;b>1', 'meter/2'], 'escaped, each once');
  await fetch(`${city.url}/api/ingest/first-http`, { method: 'POST', body: '{"station":"b3","pm25":"many"}' });
  const refused = await (await fetch(`${city.url}/en/sources/connect`)).text();
  assert.match(refused, /<h3>Refused<\/h3>/);
});

test('the page tells host and port of this process; without a broker the door says so', async () => {
  const html = await (await fetch(`${bare.url}/en/sources/connect`)).text();
  assert.ok(html.includes(`mosquitto_pub -h 127.0.0.1 -p ${bare.mqttPort} `));
  assert.ok(html.includes(`${bare.url}/api/ingest/lorawan/first-lorawan`));
  assert.equal(doorOf('mqtt').copied({ url: '', mqtt: undefined, center: [0, 0], now: 0 }), undefined);
});
