import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { fixedClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { countedIds } from '../../base/ids.ts';
import { createMetrics } from '../../base/metrics.ts';
import { Problem, type ProblemKind } from '../../base/problem.ts';
import { outbound } from '../../http/index.ts';
import { coreContextUrl } from '../../ngsild/index.ts';
import { openStore } from '../../store/index.ts';
import { contextTable, openContexts, openLibrary, type Contexts } from './index.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server of contexts, and contexts over a real store that may ask it. */
async function fixture(t: TestContext, options: { allowed?: boolean; hosts?: boolean; pinned?: string } = {}) {
  const asked: { path: string; headers: IncomingMessage['headers'] }[] = [];
  const answers: Record<string, Answer> = {};
  const server = createServer((request, response) => {
    asked.push({ path: request.url ?? '', headers: request.headers });
    const answer = answers[request.url ?? ''];
    if (answer) answer(request, response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const directory = mkdtempSync(join(tmpdir(), 'chorsu-contexts-'));
  const clock = fixedClock('2026-11-22T08:00:00Z');
  const metrics = createMetrics();
  const newId = countedIds();
  const open = async () => {
    const store = await openStore({ directory, clock, log: silentLog, metrics, tables: [contextTable] });
    const contexts = await openContexts(
      {
        library: openLibrary(options.pinned),
        writer: store.writer,
        rows: store.rows,
        outbound: outbound({ version: '1', clock, metrics }),
        clock,
        metrics,
        url: () => 'http://city.example',
        newId,
      },
      { allowed: options.allowed ?? true, hosts: options.hosts === false ? [] : [host] },
    );
    return { store, contexts };
  };
  let { store, contexts } = await open();
  t.after(async () => {
    await store.close();
    server.closeAllConnections();
    server.close();
    rmSync(directory, { recursive: true });
  });
  return {
    base: `http://${host}`,
    asked,
    answers,
    clock,
    metrics,
    contexts: () => contexts,
    lastSeq: () => store.writer.lastSeq(),
    async reopen() {
      await store.close();
      ({ store, contexts } = await open());
    },
    /** Answers a path with an @context from now on. */
    serve(path: string, context: unknown, headers: Record<string, string> = {}) {
      answers[path] = (_, response) => {
        response.writeHead(200, { 'content-type': 'application/ld+json', ...headers });
        response.end(JSON.stringify({ '@context': context }));
      };
    },
  };
}

const terms = (name: string) => ({ flow: `https://e.org/${name}` });
const flow = async (contexts: Contexts, value: string): Promise<string> => (await contexts.of(value)).expand('flow');
const refused = (kind: ProblemKind, words?: RegExp) => (error: unknown) =>
  error instanceof Problem && error.kind === kind && (words === undefined || words.test(error.message));

test('a context of another host is downloaded once, is kept, and is there after a restart', async (t) => {
  const city = await fixture(t);
  city.serve('/c', ['d', { level: 'https://e.org/level' }]);
  city.serve('/d', terms('one'));
  const url = `${city.base}/c`;
  const [first] = await Promise.all([city.contexts().of(url), city.contexts().of([url, coreContextUrl])]);
  assert.equal(first.expand('flow'), 'https://e.org/one');
  assert.equal(first.expand('level'), 'https://e.org/level');
  assert.deepEqual(
    city.asked.map(({ path }) => path),
    ['/c', '/d'],
  );
  assert.equal(city.asked[0]?.headers.accept, 'application/ld+json, application/json;q=0.9, */*;q=0.1');
  await city.reopen();
  assert.equal(await flow(city.contexts(), url), 'https://e.org/one');
  assert.equal(city.asked.length, 2);
  assert.deepEqual(
    city
      .contexts()
      .list('Cached')
      .map(({ URL }) => URL),
    [url, `${city.base}/d`],
  );
});

test('a context is asked for again when its time is over; an unchanged one costs no record', async (t) => {
  const city = await fixture(t);
  const url = `${city.base}/c`;
  city.serve('/c', terms('one'), { 'cache-control': 'max-age=60', etag: '"1"' });
  assert.equal(await flow(city.contexts(), url), 'https://e.org/one');
  const seq = city.lastSeq();
  city.answers['/c'] = (request, response) => {
    assert.equal(request.headers['if-none-match'], '"1"');
    response.writeHead(304, { 'cache-control': 'max-age=60' }).end();
  };
  city.clock.advance(59_000);
  await flow(city.contexts(), url);
  assert.equal(city.asked.length, 1);
  city.clock.advance(1000);
  assert.equal(await flow(city.contexts(), url), 'https://e.org/one');
  assert.equal(city.asked.length, 2);
  assert.equal(city.lastSeq(), seq);

  city.serve('/c', terms('two'), { 'cache-control': 'max-age=60' });
  city.clock.advance(60_000);
  assert.equal(await flow(city.contexts(), url), 'https://e.org/two');
  assert.equal(city.lastSeq(), seq + 1);

  delete city.answers['/c'];
  city.clock.advance(60_000);
  assert.equal(await flow(city.contexts(), url), 'https://e.org/two', 'on failure the old copy stays');
  await city.reopen();
  assert.equal(await flow(city.contexts(), url), 'https://e.org/two');
});

test('what must not be stored is used and not kept', async (t) => {
  const city = await fixture(t);
  city.serve('/c', terms('one'), { 'cache-control': 'no-store' });
  for (let n = 1; n <= 2; n++) {
    assert.equal(await flow(city.contexts(), `${city.base}/c`), 'https://e.org/one');
    assert.equal(city.asked.length, n);
  }
  assert.deepEqual(city.contexts().list(), []);
  assert.equal(city.lastSeq(), 0);
});

test('what cannot be had is refused with its reason, and for a while at once', async (t) => {
  const city = await fixture(t);
  const of = (path: string) => flow(city.contexts(), `${city.base}${path}`);
  await assert.rejects(of('/nothing'), refused('context-unavailable', /404/));
  await assert.rejects(of('/nothing'), refused('context-unavailable', /404/));
  assert.equal(city.asked.length, 1);
  city.clock.advance(30_000);
  city.serve('/nothing', terms('one'));
  assert.equal(await of('/nothing'), 'https://e.org/one');
  city.answers['/text'] = (_, response) => response.end('hello');
  await assert.rejects(of('/text'), refused('context-unavailable', /is not JSON/));
  city.answers['/list'] = (_, response) => response.end('[1]');
  await assert.rejects(of('/list'), refused('context-unavailable', /has no @context/));
  city.answers['/shape'] = (_, response) => response.end('{"@context": 5}');
  await assert.rejects(of('/shape'), refused('context-unavailable', /an @context is/));
  city.answers['/large'] = (_, response) => response.end(`{"@context":{"a":"${'x'.repeat(3_000_000)}"}}`);
  await assert.rejects(of('/large'), refused('context-unavailable', /larger/));
  city.serve('/scoped', { a: { '@id': 'https://e.org/a', '@context': {} } });
  await assert.rejects(of('/scoped'), refused('bad-data', /scoped/));
  for (let n = 0; n < 40; n++) city.serve(`/n${n}`, `n${n + 1}`);
  await assert.rejects(of('/n0'), refused('bad-data', /more than 32/));
});

test('an answer that is no JSON may name the context in a Link header', async (t) => {
  const city = await fixture(t);
  city.answers['/page'] = (_, response) => {
    response.writeHead(200, {
      'content-type': 'text/html',
      link: '<style.css>; rel="stylesheet", <c.jsonld>; rel="alternate"; type="application/ld+json"',
    });
    response.end('<html>');
  };
  city.serve('/c.jsonld', terms('one'));
  assert.equal(await flow(city.contexts(), `${city.base}/page`), 'https://e.org/one');
});

test('a client cannot send us into the own network, and with downloads off nowhere at all', async (t) => {
  const city = await fixture(t, { hosts: false });
  city.serve('/c', terms('one'));
  await assert.rejects(flow(city.contexts(), `${city.base}/c`), refused('context-unavailable', /host is not public/));
  await assert.rejects(flow(city.contexts(), 'http://[::1]/c'), refused('context-unavailable', /host is not public/));
  const closed = await fixture(t, { allowed: false });
  closed.serve('/c', terms('one'));
  await assert.rejects(
    flow(closed.contexts(), `${closed.base}/c`),
    refused('context-unavailable', /downloads are off, and its file was not given with --contexts/),
  );
  // The terms that are here are of three subjects: standing for all of them they would expand the others wrongly.
  const union = 'https://smartdatamodels.org/context.jsonld';
  await assert.rejects(
    flow(closed.contexts(), union),
    refused('context-unavailable', /smartdatamodels\.org\/context\.jsonld is not available: .* --contexts$/),
  );
  assert.equal(city.asked.length + closed.asked.length, 0);
});

test('reload asks again, and keeps the old copy of what cannot be had or is wrong', async (t) => {
  const city = await fixture(t);
  const url = `${city.base}/c`;
  city.serve('/c', terms('one'), { 'cache-control': 'max-age=600' });
  await flow(city.contexts(), url);
  city.clock.advance(1000);
  city.serve('/c', { flow: 'nowhere' });
  await assert.rejects(city.contexts().reload(url), refused('context-unavailable', /nowhere/));
  delete city.answers['/c'];
  await assert.rejects(city.contexts().reload(url), refused('context-unavailable', /404/));
  assert.equal(await flow(city.contexts(), url), 'https://e.org/one');
  assert.equal(city.contexts().details(url).createdAt, '2026-11-22T08:00:00.000Z');
  city.serve('/c', terms('two'));
  await city.contexts().reload(url);
  assert.equal(await flow(city.contexts(), url), 'https://e.org/two');
  assert.equal(city.contexts().details(url).createdAt, '2026-11-22T08:00:01.000Z');
  await city.contexts().delete(url);
  assert.throws(() => city.contexts().details(url), refused('not-found'));
  delete city.answers['/c'];
  await assert.rejects(flow(city.contexts(), url), refused('context-unavailable'));
});

test('a hosted context is used under any name of this server, without a request', async (t) => {
  const city = await fixture(t);
  const id = await city.contexts().add({ '@context': terms('one') });
  const urls = [
    `http://city.example/ngsi-ld/v1/jsonldContexts/${id}`,
    `http://127.0.0.1:1/below/a/proxy/ngsi-ld/v1/jsonldContexts/${encodeURIComponent(id)}`,
  ];
  for (const url of urls) assert.equal(await flow(city.contexts(), url), 'https://e.org/one');
  assert.deepEqual(await city.contexts().serve(id), { '@context': terms('one') });
  assert.equal(city.contexts().details(id).numberOfHits, 3);
  await assert.rejects(city.contexts().reload(id), refused('bad-data'));
  await city.reopen();
  assert.equal(await flow(city.contexts(), urls[0] ?? ''), 'https://e.org/one');
  await city.contexts().delete(id);
  await assert.rejects(flow(city.contexts(), urls[0] ?? ''), refused('context-unavailable'));
  await assert.rejects(city.contexts().add({ '@context': 5 as never }), refused('bad-data'));
  await assert.rejects(city.contexts().add({ '@context': { a: { '@context': {} } } }), refused('bad-data', /scoped/));
});

test('an array gets an address of its own, the same for the same array; what has one keeps it', async (t) => {
  const city = await fixture(t);
  const hosted = `http://city.example/ngsi-ld/v1/jsonldContexts/${await city.contexts().add({ '@context': terms('one') })}`;
  const contexts = city.contexts();
  assert.equal(await contexts.keep(hosted), hosted);
  assert.equal(await contexts.keep([coreContextUrl, hosted]), hosted);
  assert.equal(await contexts.keep([coreContextUrl]), coreContextUrl);
  const [url, again] = await Promise.all([
    contexts.keep([hosted, { level: 'https://e.org/level' }]),
    contexts.keep([hosted, { level: 'https://e.org/level' }]),
  ]);
  assert.equal(url, again);
  assert.notEqual(await contexts.keep({ level: 'https://e.org/level' }), url);
  assert.equal((await contexts.of(url)).expand('level'), 'https://e.org/level');
  assert.equal(await flow(contexts, url), 'https://e.org/one');
  await city.reopen();
  assert.equal(await city.contexts().keep([hosted, { level: 'https://e.org/level' }]), url);
  assert.equal(city.contexts().list('ImplicitlyCreated').length, 2);
  await assert.rejects(city.contexts().keep(['https://nobody.invalid/c']), refused('context-unavailable'));
});

test('pinned and bundled contexts are Cached ones that need no host; a reload reads the file again', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'chorsu-pins-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const pin = (context: unknown): void =>
    writeFileSync(join(directory, 'c.jsonld'), JSON.stringify({ '@context': context }));
  pin(terms('one'));
  writeFileSync(join(directory, 'index.json'), '{"https://e.org/c": "c.jsonld"}');
  const city = await fixture(t, { pinned: directory, allowed: false });
  const contexts = city.contexts();
  assert.equal(await flow(contexts, 'https://e.org/c'), 'https://e.org/one');
  await contexts.of('https://schema.lab.fiware.org/ld/context');
  assert.deepEqual(
    contexts.list('Cached').map(({ URL }) => URL),
    ['https://e.org/c', 'https://schema.lab.fiware.org/ld/context'],
  );
  pin(terms('two'));
  assert.equal(await flow(contexts, 'https://e.org/c'), 'https://e.org/one');
  await contexts.reload('https://e.org/c');
  assert.equal(await flow(contexts, 'https://e.org/c'), 'https://e.org/two');
  writeFileSync(join(directory, 'c.jsonld'), '{');
  await assert.rejects(contexts.reload('https://e.org/c'), refused('context-unavailable', /c\.jsonld/));
  assert.equal(await flow(contexts, 'https://e.org/c'), 'https://e.org/two');
  await contexts.delete('https://e.org/c');
  assert.equal(contexts.list().length, 1);
  assert.equal(await flow(contexts, 'https://e.org/c'), 'https://e.org/two');
  const core = 'https://uri.etsi.org/ngsi-ld/v1/ngsi-ld-core-context-v1.6.jsonld';
  assert.equal(contexts.details(core).kind, 'Cached');
  await contexts.reload(core);
  await assert.rejects(contexts.delete(core), refused('bad-data'));
  await assert.rejects(contexts.serve(core), refused('not-supported'));
  assert.equal(city.lastSeq(), 0);
});

test('of what was downloaded, the documents that were not used for longest make room', async (t) => {
  const city = await fixture(t);
  const large = { ...terms('one'), long: `https://e.org/${'x'.repeat(1_900_000)}` };
  for (let n = 0; n < 40; n++) {
    city.serve(`/${n}`, large);
    city.clock.advance(1000);
    await flow(city.contexts(), `${city.base}/${n}`);
  }
  const left = city.contexts().list();
  assert.ok(left.length < 40 && left.length > 20, `${left.length} are left`);
  assert.ok(!left.some(({ URL }) => URL === `${city.base}/0`));
  assert.ok(left.some(({ URL }) => URL === `${city.base}/39`));
  assert.equal(await flow(city.contexts(), `${city.base}/0`), 'https://e.org/one');
  assert.match(city.metrics.text(), /chorsu_context_downloads_total\{outcome="taken"\} 41/);
});
