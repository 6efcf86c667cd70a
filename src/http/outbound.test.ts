import assert from 'node:assert/strict';
import type { lookup } from 'node:dns';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer as createTcp, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { fixedClock } from '../base/clock.ts';
import { createMetrics } from '../base/metrics.ts';
import { isPublicAddress } from './addresses.ts';
import { OutboundFailure, type OutboundReason } from './outbound-failure.ts';
import { outbound, parseRetryAfter } from './outbound.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const answers: Record<string, Answer> = {};
const server = createServer((request, response) => {
  const answer = answers[new URL(request.url ?? '/', 'http://x').pathname];
  if (answer) answer(request, response);
  else response.writeHead(404).end();
});
let base = '';
let port = 0;
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
  base = `http://127.0.0.1:${port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const metrics = createMetrics();
const clock = fixedClock('2026-11-22T08:00:00Z');
const client = outbound({ version: '1.2.3', clock, metrics });

async function failure(run: Promise<unknown>): Promise<OutboundFailure> {
  try {
    await run;
  } catch (error) {
    assert.ok(error instanceof OutboundFailure, String(error));
    return error;
  }
  throw new Error('it did not fail');
}

test('it says who it is, and asks for compression', async () => {
  let headers: IncomingMessage['headers'] = {};
  answers['/who'] = (request, response) => {
    ({ headers } = request);
    response.writeHead(200, { 'content-type': 'Text/Plain; charset=windows-1251', etag: '"a"' });
    response.end(Buffer.from([0xd7, 0xee, 0xf0]));
  };
  const found = await client.get(`${base}/who`, { headers: { accept: 'text/plain' } });
  assert.equal(headers['user-agent'], 'Chorsu/1.2.3');
  assert.equal(headers['accept'], 'text/plain');
  assert.equal(headers['accept-encoding'], 'gzip, br, deflate');
  assert.equal(found.mediaType, 'text/plain');
  assert.equal(found.text(), 'Чор');
  assert.deepEqual(found.validators, { etag: '"a"' });
});

test('an unchanged document is told as such and costs no body', async () => {
  answers['/etag'] = (request, response) => {
    if (request.headers['if-none-match'] === '"v1"') response.writeHead(304).end();
    else response.writeHead(200, { etag: '"v1"', 'last-modified': 'Sun, 22 Nov 2026 07:00:00 GMT' }).end('one');
  };
  const first = await client.get(`${base}/etag`);
  assert.deepEqual([first.status, first.notModified, first.text()], [200, false, 'one']);
  const second = await client.get(`${base}/etag`, { validators: first.validators });
  assert.deepEqual([second.status, second.notModified, second.bytes.length], [304, true, 0]);
});

test('gzip and brotli are unpacked', async () => {
  const text = JSON.stringify(Array.from({ length: 1000 }, (_, n) => ({ n })));
  answers['/gzip'] = (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(text));
  answers['/br'] = (_, response) => response.writeHead(200, { 'content-encoding': 'br' }).end(brotliCompressSync(text));
  assert.equal((await client.get(`${base}/gzip`)).text(), text);
  assert.equal((await client.get(`${base}/br`)).text(), text);
});

test('each way to fail has its reason and its sentence', async () => {
  answers['/500'] = (_, response) => response.writeHead(500).end('stack trace');
  answers['/429'] = (_, response) => response.writeHead(429, { 'retry-after': '120' }).end();
  answers['/never'] = () => {};
  answers['/reset'] = (request) => request.socket.resetAndDestroy();
  answers['/half'] = (request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"a":');
    setTimeout(() => request.socket.destroy(), 20);
  };
  answers['/drip'] = (_, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write('x'), 20);
    response.on('close', () => clearInterval(timer));
  };
  answers['/declared'] = (_, response) => response.writeHead(200, { 'content-length': '3000000000' }).write('0');
  answers['/zstd'] = (_, response) => response.writeHead(200, { 'content-encoding': 'zstd' }).end('x');
  answers['/notgzip'] = (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('not gzip');
  const closed = createTcp();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const { port: nobody } = closed.address() as AddressInfo;
  await new Promise<void>((resolve) => closed.close(() => resolve()));
  const cases: [string, OutboundReason, RegExp][] = [
    [`${base}/500`, 'status', /\/500 answered 500 Internal Server Error$/],
    [`${base}/429`, 'status', /answered 429/],
    [`${base}/none?key=secret`, 'status', /\/none\?\.\.\. answered 404/],
    [`${base}/never`, 'timeout', /said nothing for 0\.15 s/],
    [`${base}/drip`, 'timeout', /did not finish within 1 s/],
    [`${base}/reset`, 'network', /broke the connection off/],
    [`${base}/half`, 'network', /broke the connection off/],
    [`${base}/declared`, 'too-large', /larger than 16\.0 MiB/],
    [`${base}/zstd`, 'encoding', /compresses with zstd/],
    [`${base}/notgzip`, 'encoding', /damaged/],
    [`http://127.0.0.1:${nobody}/`, 'refused', /refuses the connection/],
    [`https://127.0.0.1:${port}/`, 'tls', /no TLS connection/],
    ['http://no-such-host.invalid/', 'name', /the name no-such-host\.invalid cannot be resolved/],
    ['file:///etc/passwd', 'url', /only http and https/],
    ['nonsense', 'url', /only http and https/],
  ];
  for (const [url, reason, sentence] of cases) {
    // What drips is never silent for long, what never answers is: each runs into its own limit, on a busy machine too.
    const limits = {
      timeoutMs: url.endsWith('/drip') ? 1000 : 20_000,
      idleMs: url.endsWith('/never') ? 150 : 20_000,
    };
    const why = await failure(client.get(url, limits));
    assert.equal(why.reason, reason, `${url}: ${why.message}`);
    assert.match(why.message, sentence);
    assert.doesNotMatch(why.message, /secret|stack trace/);
  }
  const later = await failure(client.get(`${base}/429`));
  assert.deepEqual([later.answered, later.retryAfterMs], [429, 120_000]);
});

test('three gigabytes of zeros end at the limit, with little memory, plain and packed', async () => {
  const block = Buffer.alloc(65_536);
  answers['/zeros'] = (_, response) => {
    let left = 3e9;
    const push = (): void => {
      while (left > 0 && !response.destroyed) {
        left -= block.length;
        if (!response.write(block)) return void response.once('drain', push);
      }
      response.end();
    };
    response.writeHead(200);
    push();
  };
  const bomb = gzipSync(Buffer.alloc(64 * 2 ** 20));
  answers['/bomb'] = (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
  const before = process.memoryUsage().rss;
  const zeros = await failure(client.get(`${base}/zeros`, { maxBytes: 8 * 2 ** 20 }));
  assert.equal(zeros.reason, 'too-large');
  const bombed = await failure(client.get(`${base}/bomb`, { maxBytes: 1024 * 2 ** 20 }));
  assert.match(bombed.message, /swells more than 100 times/);
  const grownMb = (process.memoryUsage().rss - before) / 2 ** 20;
  assert.ok(grownMb < 120, `memory grew by ${grownMb} MB`);
});

test('a redirect is followed within reason', async () => {
  answers['/moved'] = (_, response) => response.writeHead(302, { location: '/here' }).end();
  answers['/here'] = (_, response) => response.end('here');
  answers['/circle'] = (_, response) => response.writeHead(301, { location: '/circle' }).end();
  answers['/file'] = (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end();
  assert.equal((await failure(client.get(`${base}/circle`))).reason, 'redirect');
  assert.equal((await failure(client.get(`${base}/file`))).reason, 'redirect');
  assert.equal((await client.get(`${base}/moved`)).text(), 'here');
  // This machine was asked for by the operator; that an answer leads to another port of it is another matter.
  answers['/door'] = (_, response) => response.writeHead(302, { location: `http://localhost:${port}/here` }).end();
  assert.equal((await failure(client.get(`${base}/door`))).reason, 'forbidden');
  assert.equal((await client.get(`${base}/door`, { redirectTo: ['localhost'] })).text(), 'here');
  assert.equal((await client.get(`${base}/door`, { redirectTo: [`localhost:${port}`] })).text(), 'here');
});

test('an answer cannot send us to this machine, this network or a metadata service', async () => {
  const places = [
    'http://127.0.0.1:1/',
    'http://localhost:1/',
    'http://[::1]:1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://10.1.2.3/',
    'http://[::ffff:10.1.2.3]/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://inside.example/',
  ];
  const resolve = ((
    name: string,
    _options: unknown,
    done: (e: null, a: { address: string; family: number }[]) => void,
  ) =>
    done(null, [
      { address: name === 'localhost' ? '127.0.0.1' : '192.168.7.7', family: 4 },
    ])) as unknown as typeof lookup;
  const guarded = outbound({ version: '1', clock, metrics, resolve });
  for (const place of places) {
    answers['/away'] = (_, response) => response.writeHead(307, { location: place }).end();
    const why = await failure(guarded.get(`${base}/away`));
    assert.equal(why.reason, 'forbidden', `${place}: ${why.message}`);
    assert.match(why.message, /no public address/);
  }
});

test('headers and credentials stay with the host that they were meant for', async () => {
  let seen: IncomingMessage['headers'] = {};
  const other = createServer((request, response) => {
    seen = request.headers;
    response.end('ok');
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const elsewhere = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
  let first: IncomingMessage['headers'] = {};
  answers['/on'] = (request, response) => {
    first = request.headers;
    response.writeHead(302, { location: elsewhere }).end();
  };
  const url = `http://reader:p%40ss@127.0.0.1:${port}/on`;
  const found = await client.get(url, { headers: { 'x-key': 'k' }, redirectTo: ['127.0.0.1'] });
  other.close();
  assert.equal(first['authorization'], `Basic ${Buffer.from('reader:p@ss').toString('base64')}`);
  assert.equal(first['x-key'], 'k');
  assert.equal(seen['authorization'], undefined);
  assert.equal(seen['x-key'], undefined);
  assert.doesNotMatch(found.url, /reader|p%40ss/);
  assert.doesNotMatch(metrics.text(), /p%40ss|p@ss/);
});

test('the caller can give up at any time', async () => {
  answers['/never'] = () => {};
  const controller = new AbortController();
  const asked = failure(client.get(`${base}/never`, { signal: controller.signal }));
  controller.abort();
  assert.equal((await asked).reason, 'stopped');
});

test('requests are counted by host and outcome, and the number of hosts is bounded', async () => {
  const own = createMetrics();
  const resolve = ((_name: string, _options: unknown, done: (error: Error) => void) =>
    done(Object.assign(new Error('unknown'), { code: 'ENOTFOUND' }))) as unknown as typeof lookup;
  const counting = outbound({ version: '1', clock, metrics: own, resolve });
  await counting.get(`${base}/who`);
  await failure(counting.get(`${base}/500`));
  assert.match(
    own.text(),
    new RegExp(`chorsu_outbound_requests_total\\{host="127.0.0.1:${port}",outcome="answered"\\} 1`),
  );
  assert.match(
    own.text(),
    new RegExp(`chorsu_outbound_requests_total\\{host="127.0.0.1:${port}",outcome="status"\\} 1`),
  );
  for (let n = 0; n < 300; n++) await failure(counting.get(`http://h${n}.invalid/`));
  assert.ok((own.text().match(/outbound_requests_total\{/g) ?? []).length < 220);
});

test('a certificate that nobody vouches for is not accepted, and said to be the reason', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'chorsu-tls-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'];
  try {
    execFileSync('openssl', [...request, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  } catch {
    t.skip('skipped: openssl is not installed');
    return;
  }
  const secure = createHttps({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => response.end('ok'));
  await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
  t.after(() => secure.close());
  const why = await failure(client.get(`https://127.0.0.1:${(secure.address() as AddressInfo).port}/`));
  assert.equal(why.reason, 'tls');
  assert.match(why.message, /the certificate is not accepted \(DEPTH_ZERO_SELF_SIGNED_CERT\)/);
});

test('which addresses are public', () => {
  for (const address of ['8.8.8.8', '185.12.64.1', '2a00:1450:4001:80b::200e', '1.1.1.1']) {
    assert.equal(isPublicAddress(address), true, address);
  }
  const closed = [
    '0.0.0.0',
    '10.0.0.1',
    '100.100.100.200',
    '127.8.8.8',
    '169.254.169.254',
    '172.31.0.1',
    '192.168.0.1',
  ];
  closed.push(
    '168.63.129.16',
    '::',
    '::1',
    '::ffff:8.8.8.8',
    'fd00:ec2::254',
    'fe80::1%eth0',
    'ff02::1',
    'localhost',
    '',
  );
  for (const address of closed) assert.equal(isPublicAddress(address), false, address);
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      const mapped = isPublicAddress(`::ffff:${address}`);
      assert.equal(mapped, false);
      if (/^(10|127|192\.168|169\.254)\./.test(address)) assert.equal(isPublicAddress(address), false);
    }),
  );
});

test('Retry-After is seconds or a date', () => {
  const now = Date.parse('2026-11-22T08:00:00Z');
  assert.equal(parseRetryAfter('30', now), 30_000);
  assert.equal(parseRetryAfter('Sun, 22 Nov 2026 08:01:00 GMT', now), 60_000);
  assert.equal(parseRetryAfter('Sun, 22 Nov 2026 07:00:00 GMT', now), 0);
  assert.equal(parseRetryAfter('soon', now), undefined);
  assert.equal(parseRetryAfter(undefined, now), undefined);
});

test('what is sent is answered with any status, and no redirect is followed', async () => {
  let heard = '';
  answers['/token'] = (request, response) => {
    request.on(
      'data',
      (chunk: Buffer) => (heard += `${request.method} ${String(request.headers['x-a'])} ${chunk.toString()}`),
    );
    request.on('end', () => response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"x"}'));
  };
  const body = Buffer.from('grant_type=a');
  const refused = await client.send(`${base}/token`, { method: 'POST', body, headers: { 'x-a': 'b' } });
  assert.deepEqual([refused.status, refused.text(), heard], [400, '{"error":"x"}', 'POST b grant_type=a']);
  answers['/moved'] = (_, response) => void response.writeHead(302, { location: '/token' }).end();
  const moved = await client.send(`${base}/moved`, { method: 'GET' });
  assert.deepEqual([moved.status, moved.headers.location], [302, '/token']);
});

test('what is sent where somebody else says goes to public addresses, or where the operator has said too', async () => {
  const to = { method: 'POST', untrusted: true };
  assert.equal((await failure(client.send(`${base}/token`, to))).reason, 'forbidden');
  assert.equal((await client.send(`${base}/token`, { ...to, redirectTo: [`127.0.0.1:${port}`] })).status, 400);
  const big = { method: 'GET', maxBytes: 4 };
  assert.equal((await failure(client.send(`${base}/token`, big))).reason, 'too-large');
});
