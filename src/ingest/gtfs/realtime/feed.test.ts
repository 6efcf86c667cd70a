import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { Problem } from '../../../base/problem.ts';
import { openTestCity, type TestCity } from '../../../../test/fixtures/testCity.ts';
import { feedKinds } from '../../feeds/kinds.ts';
import { parseMappingFile } from '../../mapping/index.ts';
import type { SourceReport } from '../../schema.ts';
import { writeFeed, type FeedParts } from './fixtures/feedWriter.ts';
import type { VehiclePosition } from './message.ts';

const source = (id: string) => ({
  id,
  name: { en: id },
  purpose: 'Where the buses are',
  owner: 'Bus company',
  legalBasis: 'Contract',
  retentionDays: 30,
  personal: 'none',
  granularity: 'vehicle',
  kind: 'feed',
  expectedEveryS: 30,
});
const nowS = (): number => Math.floor(Date.now() / 1000);
const bus = (id: string, atS: number, more: Partial<VehiclePosition> = {}): VehiclePosition => ({
  id: `${atS}-${id}`,
  vehicle: { id },
  position: { latitude: 38.56, longitude: 68.77 },
  status: 'IN_TRANSIT_TO',
  timestampS: atS,
  carriages: [],
  ...more,
});

/** The other side: answers as the test says, and remembers what it was asked. */
type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const answers = new Map<string, Answer>();
const other = createServer((request, response) => {
  const answer = answers.get((request.url ?? '').slice(1));
  if (answer) answer(request, response);
  else response.writeHead(404).end();
});
const say = (feed: string, answer: Answer): void => void answers.set(feed, answer);
const feedOf = (parts: FeedParts): Answer => {
  const bytes = writeFeed(parts);
  return (_, response) => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end(bytes);
};

const misbehaviour: Readonly<Record<string, { readonly id: string; readonly answer: Answer; readonly says: RegExp }>> =
  {
    'status 500': {
      id: 'wrong-1',
      answer: (_, response) => response.writeHead(500).end('no'),
      says: /^unreachable .*answered 500/,
    },
    'status 404': {
      id: 'wrong-2',
      answer: (_, response) => response.writeHead(404).end(),
      says: /^unreachable .*answered 404/,
    },
    'a page of HTML': {
      id: 'wrong-3',
      answer: (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
      says: /^reachable .*answers text\/html, not a GTFS-Realtime feed/,
    },
    'a page of HTML that says it is none': {
      id: 'wrong-4',
      answer: (_, response) => response.writeHead(200).end('<!DOCTYPE html><title>Sign in</title>'),
      says: /^reachable not a whole GTFS-Realtime feed/,
    },
    'a feed cut in half': {
      id: 'wrong-5',
      answer: (_, response) => {
        const bytes = writeFeed({ timestampS: nowS(), vehicles: [bus('cut', nowS()), bus('half', nowS())] });
        response.writeHead(200).end(bytes.subarray(0, bytes.length - 12));
      },
      says: /^reachable not a whole GTFS-Realtime feed/,
    },
    'a body that breaks off': {
      id: 'wrong-6',
      answer: (_, response) => {
        response.writeHead(200, { 'content-length': '5000' });
        response.write('abc', () => response.destroy());
      },
      says: /^unreachable .*broke the connection off/,
    },
    '50 MB': {
      id: 'wrong-7',
      answer: (_, response) => {
        response.writeHead(200);
        const chunk = Buffer.alloc(1_000_000, 8);
        let sent = 0;
        const more = (): void => {
          while (sent++ < 50) if (!response.write(chunk)) return void response.once('drain', more);
          response.end();
        };
        more();
      },
      says: /^unreachable .*larger than 19\.1 MiB/,
    },
    'a differential feed': {
      id: 'wrong-8',
      answer: (_, response) =>
        response.writeHead(200).end(writeFeed({ incrementality: 'DIFFERENTIAL', timestampS: nowS(), deleted: ['x'] })),
      says: /^reachable a feed of incrementality DIFFERENTIAL/,
    },
  };

let city: TestCity;
let directory: string;
const path = (name: string): string => join(directory, name);
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chorsu-gtfs-rt-'));
  await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening));
  const port = (other.address() as AddressInfo).port;
  const feed = (id: string) => ({ kind: 'gtfs-rt', source: id, url: `http://127.0.0.1:${port}/${id}`, everyS: 1 });
  const wrong = Object.values(misbehaviour).map(({ id }) => id);
  const feeds = [
    { ...feed('live'), timetable: 'bus' },
    { kind: 'gtfs-rt', source: 'recorded', file: path('positions.pb'), everyS: 1 },
    ...wrong.map(feed),
  ];
  for (const { id, answer } of Object.values(misbehaviour)) say(id, answer);
  say('live', feedOf({ timestampS: nowS() }));
  const sources = ['live', 'recorded', ...wrong].map(source);
  await writeFile(path('map.json'), JSON.stringify({ sources, feeds }));
  city = await openTestCity({ mappings: [path('map.json')] });
});
after(async () => {
  await city.close();
  other.closeAllConnections();
  other.close();
  await rm(directory, { recursive: true, force: true });
});

const reportOf = async (id: string): Promise<SourceReport> => {
  const { sources } = (await (await fetch(`${city.url}/api/sources`)).json()) as { sources: SourceReport[] };
  const found = sources.find((one) => one.source.id === id);
  assert.ok(found);
  return found;
};
const until = async <T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> => {
  for (let i = 0; i < 300; i++) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await sleep(100);
  }
  return assert.fail(`waited in vain: ${what}`);
};
const connection = async (id: string, text: RegExp): Promise<SourceReport> =>
  until(`a connection that says ${text}`, async () => {
    const report = await reportOf(id);
    const now = report.health.connection;
    return text.test(`${now?.state} ${now?.detail ?? ''}`) && report;
  });
const entity = async (id: string) => {
  const response = await city.fetch(`/entities/${encodeURIComponent(id)}?options=keyValues`);
  return response.ok ? ((await response.json()) as Record<string, unknown>) : undefined;
};

suite('another side that does not do as it should', { concurrency: true }, () => {
  for (const [name, { id, says }] of Object.entries(misbehaviour)) {
    test(`${name}: it says so, takes nothing, and recovers by itself`, async () => {
      const { health } = await connection(id, says);
      assert.ok(health.connection?.since && health.connection.nextTryAt);
      assert.equal(health.accepted, 0);
      say(id, feedOf({ timestampS: nowS(), vehicles: [bus('1', nowS())] }));
      await connection(id, /^reachable $/);
      assert.ok(await entity(`urn:ngsi-ld:Vehicle:${id}:1`));
    });
  }

  test('a file that another program writes is read when it changes', async () => {
    await connection('recorded', /^unreachable .*cannot be read \(ENOENT\)/);
    const at = nowS();
    await writeFile(path('positions.pb'), writeFeed({ timestampS: at, vehicles: [bus('9', at)] }));
    await until('the position of the file', () => entity('urn:ngsi-ld:Vehicle:recorded:9'));
  });
});

suite('a live feed of positions', () => {
  test('moves vehicles, and asks for what is new only', async () => {
    const first = nowS() - 20;
    let bytes = writeFeed({ timestampS: nowS(), vehicles: [bus('1', first), bus('2', first)] });
    let etag = '"a"';
    const known: (string | undefined)[] = [];
    say('live', (request, response) => {
      known.push(request.headers['if-none-match']);
      if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
      else response.writeHead(200, { etag, 'content-type': 'application/x-protobuf' }).end(bytes);
    });
    await until('the first position', () => entity('urn:ngsi-ld:Vehicle:live:1'));
    await until('a conditional request', () => Promise.resolve(known.includes('"a"')));
    const second = nowS();
    bytes = writeFeed({
      timestampS: second,
      vehicles: [
        bus('1', second, { position: { latitude: 38.561, longitude: 68.77, speedMPerS: 5 } }),
        bus('2', first),
      ],
    });
    etag = '"b"';
    const moved = await until('the second position', async () => {
      const found = await entity('urn:ngsi-ld:Vehicle:live:1');
      return found?.['speed'] === 18 && found;
    });
    assert.deepEqual(moved['location'], { type: 'Point', coordinates: [68.77, 38.561] });
    const { health, realtime } = await reportOf('live');
    assert.equal(health.connection?.state, 'reachable');
    assert.equal(health.state, 'fresh');
    assert.equal(health.accepted, 3, 'what was told again is not taken again');
    assert.deepEqual([realtime?.[0]?.vehicles, realtime?.[0]?.timetableKnown], [2, false]);
  });

  test('a feed that is packed or sent on is read', async () => {
    const at = nowS();
    const packed = gzipSync(writeFeed({ timestampS: at, vehicles: [bus('packed', at)] }));
    say('live', (_, response) => response.writeHead(302, { location: '/elsewhere' }).end());
    say('elsewhere', (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(packed));
    await until('the packed position', () => entity('urn:ngsi-ld:Vehicle:live:packed'));
  });

  test('a bus without a fix is refused once for each time that it says so', async () => {
    const at = nowS();
    const lost = bus('lost', at, { position: { latitude: 0, longitude: 0 } });
    const count = async () => (await reportOf('live')).health.rejectedBy['range'] ?? 0;
    const earlier = await count();
    say('live', feedOf({ timestampS: at, vehicles: [lost] }));
    await until('the refusal', async () => (await count()) === earlier + 1);
    say('live', feedOf({ timestampS: at + 1, vehicles: [lost, bus('3', at)] }));
    await until('the next poll', () => entity('urn:ngsi-ld:Vehicle:live:3'));
    assert.equal(await count(), earlier + 1);
    assert.equal(await entity('urn:ngsi-ld:Vehicle:live:lost'), undefined);
  });

  test('a notice is an Alert, and ends when the feed has it no more', async () => {
    const at = nowS();
    const id = 'urn:ngsi-ld:Alert:live:works';
    say(
      'live',
      feedOf({
        timestampS: at,
        alerts: [
          {
            id: 'works',
            periods: [{ startS: at - 60 }],
            informed: [{ routeId: 'r1' }, { stopId: 's1' }, { stopId: 's2' }],
            cause: 'CONSTRUCTION',
            effect: 'DETOUR',
            severity: 'WARNING',
            header: { tg: 'Роҳ баста аст', en: 'Road closed' },
          },
        ],
      }),
    );
    const open = await until('the notice', () => entity(id));
    assert.deepEqual(open['name'], { languageMap: { tg: 'Роҳ баста аст', en: 'Road closed' } });
    assert.deepEqual(
      [open['category'], open['subCategory'], open['cause'], open['effect'], open['severity'], open['alertStatus']],
      ['traffic', 'publicTransport', 'CONSTRUCTION', 'DETOUR', 'medium', 'inForce'],
    );
    assert.equal(open['refRoute'], 'urn:ngsi-ld:GtfsRoute:bus:r1');
    assert.deepEqual(open['refStop'], ['urn:ngsi-ld:GtfsStop:bus:s1', 'urn:ngsi-ld:GtfsStop:bus:s2']);
    assert.equal(open['validTo'], undefined);
    say('live', feedOf({ timestampS: at + 1, vehicles: [bus('1', at)] }));
    const ended = await until('its end', async () => {
      const found = await entity(id);
      return found?.['alertStatus'] === 'ended' && found;
    });
    assert.ok(Date.parse(String(ended['validTo'])) >= at * 1000);
  });

  test('a vehicle that was not heard for a quarter of an hour is silent, and on its route when it is heard', async () => {
    const at = nowS();
    const trip = { tripId: 't', routeId: 'r' };
    say('live', feedOf({ timestampS: at, vehicles: [bus('quiet', at - 1000, { trip })] }));
    const serviceStatus = async () => (await entity('urn:ngsi-ld:Vehicle:live:quiet'))?.['serviceStatus'];
    await until('silence', async () => (await serviceStatus()) === 'silent');
    say('live', feedOf({ timestampS: at + 1, vehicles: [bus('quiet', at, { trip })] }));
    await until('service', async () => (await serviceStatus()) === 'onRoute');
  });

  test('/sources shows what the feed said', async () => {
    const page = await (await fetch(`${city.url}/en/sources`)).text();
    assert.match(page, /GTFS Realtime/);
    assert.match(page, /There is no timetable of bus here/);
  });
});

test('faults of a feed in the mapping file are all named', () => {
  const file = (feed: Record<string, unknown>): string => {
    const text = JSON.stringify({ sources: [source('live')], feeds: [{ kind: 'gtfs-rt', source: 'live', ...feed }] });
    try {
      parseMappingFile(Buffer.from(text), 'map.json', [], feedKinds);
    } catch (error) {
      assert.ok(error instanceof Problem);
      return error.message;
    }
    return '';
  };
  assert.equal(file({ url: 'https://example.org/vehicles.pb' }), '');
  assert.equal(file({ url: 'https://example.org/v.pb', keyEnv: 'KEY', keyHeader: 'x-api-key' }), '');
  assert.match(file({}), /url: found nothing, wanted url or file/);
  assert.match(file({ url: 'https://a.b/c', file: 'c' }), /wanted url or file, one of them/);
  assert.match(file({ url: 'ftp://a.b/c' }), /http:/);
  assert.match(file({ url: 'https://a.b/c', key: 'secret' }), /secrets do not stand in this file/);
  assert.match(file({ url: 'https://a.b/c', keyEnv: 'KEY' }), /where the key goes/);
  assert.match(file({ url: 'https://a.b/c', everyS: 0 }), /everyS/);
  assert.match(file({ url: 'https://a.b/c', maxAgeS: 5 }), /maxAgeS/);
  assert.match(file({ url: 'https://a.b/c', colour: 'red' }), /unknown field/);
});
