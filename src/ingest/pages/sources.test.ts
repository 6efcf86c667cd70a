import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Fragment, h } from 'preact';
import { render } from 'preact-render-to-string';
import { fixedClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { createMetrics } from '../../base/metrics.ts';
import { emptyCity } from '../../city/index.ts';
import { anonymousPrincipal, createApp } from '../../http/index.ts';
import {
  buildAssets,
  createSite,
  formatRelative,
  fullLanguages,
  missingMessages,
  type Reader,
  uiWords,
} from '../../ui/index.ts';
import { exampleMapping } from '../fixtures/example.ts';
import { spyOn } from '../fixtures/spy.ts';
import { openTestCity } from '../../../test/fixtures/testCity.ts';
import { ingest } from '../index.ts';
import { parseMappingFile, refusals } from '../mapping/index.ts';
import type { Connection } from '../schema.ts';
import { sourceHealth } from '../health.ts';
import { sourceRegistry } from '../source.ts';
import { ingestWords } from './messages/index.ts';
import { sourcesPage } from './sources.tsx';

const platform = await openTestCity();
after(() => platform.close());
const city = emptyCity();
const clock = fixedClock('2026-11-22T08:00:00Z');
const assets = await buildAssets();

function running() {
  const broker = spyOn(platform.broker);
  const module = ingest({
    broker,
    rows: platform.store.rows,
    files: platform.store.files,
    city,
    site: createSite({ city, clock, assets, navigation: () => [] }),
    clock,
    metrics: createMetrics(),
    log: silentLog,
    mapping: parseMappingFile(Buffer.from(JSON.stringify(exampleMapping)), 'map.json', ['milesight-iot/em310-udl']),
    mqtt: false,
  });
  const app = createApp({ modules: [module], log: silentLog, metrics: createMetrics(), isReady: () => true });
  const post = (path: string, body: string | Uint8Array) =>
    app.request(path, { method: 'POST', body: Buffer.from(body) });
  return { broker, module, app, post };
}

test('the words are complete in five languages, and every reason has its word', () => {
  assert.deepEqual(missingMessages(ingestWords), []);
  for (const reason of refusals) assert.ok(`reason_${reason}` in ingestWords.tables.en, reason);
});

test('the page says of each source what it is for and how it is doing, in the language asked for', async () => {
  const { app, post } = running();
  clock.set('2026-11-22T08:00:00Z');
  await post('/api/ingest/counters?topic=count/gate', '41');
  await post('/api/ingest/counters?topic=count/gate', 'many');
  for (const language of fullLanguages) {
    const page = await app.request(`/${language}/sources`);
    assert.equal(page.status, 200);
    const html = await page.text();
    assert.match(html, new RegExp(`<html lang="${language}"`));
    assert.match(html, /Find leaks in the district network/);
    assert.match(html, /Water supply law, article 9/);
    assert.doesNotMatch(html, /reason_|undefined|\[object/);
  }
  const english = await (await app.request('/en/sources')).text();
  assert.match(english, /1,825 days/);
  assert.match(english, /wrong kind of value 1/);
  assert.match(english, /class="sim">simulated/);
});

test('a source that misses its rhythm is late, then silent, and the home page says so', async () => {
  const { module, post } = running();
  clock.set('2026-11-22T08:00:00Z');
  await post('/api/ingest/counters?topic=count/gate', '41');
  const stateAt = (time: string): string | undefined => {
    clock.set(time);
    return module.reports().find(({ source }) => source.id === 'counters')?.health.state;
  };
  assert.equal(stateAt('2026-11-22T08:09:00Z'), 'fresh');
  assert.equal(stateAt('2026-11-22T08:20:00Z'), 'late');
  assert.equal(stateAt('2026-11-22T09:00:00Z'), 'silent');
  assert.equal(module.reports()[0]?.health.state, 'never');
  const home = await module.home?.({ language: 'en', now: clock.now() });
  assert.deepEqual(
    home?.attention?.map(({ title }) => title),
    ['Source counters is silent'],
  );
  assert.equal(home?.freshness?.length, 4);
});

test('a source that sends only what cannot be read is not called fresh', async () => {
  const { module, post } = running();
  await post('/api/ingest/counters?topic=count/gate', 'many');
  const health = module.reports().find(({ source }) => source.id === 'counters')?.health;
  assert.equal(health?.state, 'silent');
  assert.equal(health.lastAcceptedAt, null);
  assert.ok(health.lastSeenAt);
});

test('a source whose feed fails is not called fresh, however new its last values are', () => {
  const { sources: declared } = parseMappingFile(Buffer.from(JSON.stringify(exampleMapping)), 'map.json', [
    'milesight-iot/em310-udl',
  ]);
  const sources = sourceRegistry({ ...city.lawPack, householdReadings: true });
  for (const source of declared) sources.declare(source);
  clock.set('2026-11-22T08:00:00Z');
  const health = sourceHealth({ sources, clock, metrics: createMetrics() });
  health.seen('counters', clock.now());
  health.accepted('counters', { readings: 1, flagged: 0 }, [clock.now()]);
  const stateWith = (connection: Omit<Connection, 'since'>): string | undefined => {
    health.connection('counters', 'feed 1', { since: '2026-11-22T07:59:00Z', ...connection });
    return health.reports().find(({ source }) => source.id === 'counters')?.health.state;
  };
  assert.equal(stateWith({ state: 'reachable' }), 'fresh');
  assert.equal(stateWith({ state: 'reachable', detail: 'not JSON' }), 'late');
  assert.equal(stateWith({ state: 'unreachable', detail: 'nobody listens' }), 'late');
  for (const language of fullLanguages) {
    const now = clock.now();
    const reader: Reader = {
      language,
      now,
      path: '/sources',
      query: new URLSearchParams(),
      params: {},
      theme: 'auto',
      who: anonymousPrincipal,
      to: (path) => path,
    };
    const { main } = sourcesPage({ reports: health.reports(), unmapped: [], timeZone: 'Asia/Dushanbe' }, reader);
    const html = render(h(Fragment, null, main));
    const ago = formatRelative(now - 60_000, now, language);
    assert.ok(!html.includes(`>${uiWords(language)('fresh')}`), language);
    assert.ok(html.includes(ingestWords(language)('connectionLost', { ago })), language);
  }
});

test('a message with half a position is taken without it, and counted', async () => {
  const { broker, post, app, module } = running();
  clock.set('2026-11-22T08:00:00Z');
  const message = { ts: '2026-11-22T08:00:00Z', q: { value: 4, unit: 'm3/h' }, position: { lat: 38.57, lon: null } };
  await post('/api/ingest/water-districts?topic=water/a/m1', JSON.stringify(message));
  assert.equal(broker.readings.length, 1);
  const health = module.reports().find(({ source }) => source.id === 'water-districts')?.health;
  assert.deepEqual(health?.leftOut, { halfPlace: 1 });
  for (const language of fullLanguages) {
    const t = ingestWords(language);
    const html = await (await app.request(`/${language}/sources`)).text();
    assert.ok(html.includes(`${t('leftOut')}: ${t('left_halfPlace')} 1`), language);
  }
});

test('an uplink by HTTP becomes a reading; what is none is refused with a reason', async () => {
  const { broker, post, module } = running();
  clock.set('2026-11-22T08:00:00Z');
  const uplink = {
    end_device_ids: { device_id: 'bin-7', dev_eui: '24E124136B325C01' },
    uplink_message: {
      f_port: 85,
      frm_payload: Buffer.from('01755c03824408040001', 'hex').toString('base64'),
      received_at: '2026-11-22T07:59:58.123456789Z',
    },
  };
  const answer = await post('/api/ingest/lorawan/bins', JSON.stringify(uplink));
  assert.deepEqual(await answer.json(), { accepted: 1, refused: [] });
  const [reading] = broker.readings;
  assert.equal(reading?.id, 'urn:ngsi-ld:WasteContainer:24e124136b325c01');
  assert.deepEqual(reading.attrs['https://uri.etsi.org/ngsi-ld/default-context/distance'], [
    { type: 'Property', value: 2116, observedAt: '2026-11-22T07:59:58.123Z', unitCode: 'MMT' },
  ]);
  assert.equal((await post('/api/ingest/lorawan/bins', '{"uplink_message":')).status, 400);
  assert.equal((await post('/api/ingest/lorawan/bins?event=join', '{}')).status, 200);
  assert.equal((await post('/api/ingest/lorawan/counters', '{}')).status, 404);
  assert.equal((await post('/api/ingest/nobody', '{}')).status, 404);
  assert.equal((await post('/api/ingest/bins', new Uint8Array(2 ** 20 + 1))).status, 413);
  assert.deepEqual(module.reports().find(({ source }) => source.id === 'bins')?.health.rejectedBy, { payload: 1 });
  assert.equal(broker.readings.length, 1);
});

test('the same is there as JSON', async () => {
  const { app } = running();
  const body = (await (await app.request('/api/sources')).json()) as { sources: { source: { id: string } }[] };
  assert.deepEqual(
    body.sources.map(({ source }) => source.id),
    ['water-districts', 'counters', 'twin', 'bins'],
  );
});
