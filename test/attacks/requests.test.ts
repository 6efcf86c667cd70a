/** Requests that are slow, endless, malformed or ambiguous. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { openTestCity, type TestCity } from '../fixtures/testCity.ts';
import { statusOf, victim, type Victim } from './victim.ts';

let city: TestCity;
let attacked: Victim;
before(async () => {
  city = await openTestCity();
  attacked = victim(city);
});
after(() => city.close());

const json = { 'content-type': 'application/json' };
const post = async (body: string | Uint8Array<ArrayBuffer>): Promise<{ status: number; detail: string }> => {
  const answer = await city.fetch('/entities', { method: 'POST', headers: json, body });
  return { status: answer.status, detail: await answer.text() };
};

/** The status, over a connection of its own: whoever is answered before its body was read is cut off after a while. */
async function posted(path: string, headers: readonly string[], body: Uint8Array | string): Promise<number> {
  const bytes = Buffer.from(body);
  const lines = [`POST ${path} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers];
  const head = `${lines.join('\r\n')}\r\nContent-Length: ${bytes.length}\r\n\r\n`;
  return statusOf(await attacked.send(Buffer.concat([Buffer.from(head), bytes]), 10_000));
}

test('headers that come drop by drop take no place from others, and are cut off', async () => {
  const slow = await Promise.all(
    Array.from({ length: 200 }, async () => {
      const socket = await attacked.connection();
      socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
      return socket;
    }),
  );
  const drops = setInterval(() => slow.forEach((socket) => socket.writable && socket.write('x')), 500);
  let closed = 0;
  for (const socket of slow) socket.once('close', () => closed++).resume();
  // Whoever asks meanwhile does not notice.
  const asked = performance.now();
  await attacked.stands();
  assert.ok(performance.now() - asked < 2_000);
  for (let seconds = 0; closed < slow.length && seconds < 35; seconds++) await wait(1_000);
  clearInterval(drops);
  assert.equal(closed, slow.length, 'all of them are cut off');
  await attacked.stands();
});

test('a body that is announced and never sent is nobody’s business but its sender’s', async () => {
  const waiting = await Promise.all(
    Array.from({ length: 200 }, async () => {
      const socket = await attacked.connection();
      socket.write(
        'POST /ngsi-ld/v1/entities HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 900000\r\n\r\n{',
      );
      return socket;
    }),
  );
  await attacked.stands();
  for (const socket of waiting) socket.destroy();
  await attacked.stands();
});

test('headers and addresses that never end are refused', async () => {
  assert.equal(
    statusOf(await attacked.send(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`)),
    431,
  );
  assert.equal(statusOf(await attacked.send(`GET /${'x'.repeat(100_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`)), 431);
  const many = Array.from({ length: 500 }, (_, n) => `X-${n}: y\r\n`).join('');
  assert.equal(statusOf(await attacked.send(`GET / HTTP/1.1\r\nHost: localhost\r\n${many}\r\n`)), 413);
  await attacked.stands();
});

test('a request whose length is said twice is not guessed at (smuggling)', async () => {
  const smuggled = 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n';
  const start = 'POST /ngsi-ld/v1/entities HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
  for (const headers of [
    'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n',
    'Content-Length: 4\r\nContent-Length: 5\r\n',
    'Transfer-Encoding: identity, chunked\r\nContent-Length: 0\r\n',
    'Transfer-Encoding: chunked, identity\r\n',
    'Content-Length: +4\r\n',
    'Content-Length : 4\r\n',
    'Transfer-Encoding:\x0bchunked\r\n',
  ]) {
    const heard = await attacked.send(`${start}${headers}\r\n0\r\n\r\n${smuggled}`, 500);
    assert.equal(statusOf(heard), 400, headers);
    assert.doesNotMatch(heard, /chorsu_/, headers);
  }
  const bare = await attacked.send('GET /healthz HTTP/1.1\nHost: localhost\n\n', 500);
  assert.notEqual(statusOf(bare), 200);
  assert.equal(statusOf(await attacked.send('GET /healthz HTTP/1.1\r\n\r\n', 500)), 400, 'no Host');
  assert.equal(statusOf(await attacked.send('TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n', 500)), 405);
  await attacked.stands();
});

test('JSON that is deep, wide, ambiguous or poisoned is refused and nothing of it is kept', async () => {
  const last = city.lastSeq();
  const entity = (more: string): string => `{"id":"urn:ngsi-ld:Bomb:1","type":"Bomb",${more}}`;
  const deep = await post(`${'['.repeat(200_000)}${']'.repeat(200_000)}`);
  assert.equal(deep.status, 400);
  assert.match(deep.detail, /deeper than/);
  assert.equal((await post(entity(`"a":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`))).status, 400);
  assert.equal((await post(entity('"a":{"type":"Property","value":1},"a":{"type":"Property","value":2}'))).status, 400);
  assert.equal((await post(entity('"__proto__":{"type":"Property","value":{"isAdmin":true}}'))).status, 400);
  assert.equal((await post(entity('"\\u005f_proto__":{"type":"Property","value":1}'))).status, 400);
  assert.equal((await post(new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]))).status, 400);
  assert.equal((await post('x'.repeat(20_000_000))).status, 413);
  assert.equal(({} as Record<string, unknown>)['isAdmin'], undefined);
  assert.equal(city.lastSeq(), last);
  await attacked.stands();
});

test('a body that is packed is not unpacked, and one without an end is cut off where its limit is', async () => {
  const last = city.lastSeq();
  const bomb = gzipSync(Buffer.alloc(200_000_000, 32));
  assert.ok(bomb.length < 1_000_000);
  for (const path of ['/ngsi-ld/v1/entities', '/ngsi-ld/v1/entityOperations/upsert', '/api/ingest/air', '/imports']) {
    for (const encoding of ['gzip', 'deflate, gzip', 'br']) {
      const status = await posted(path, ['Content-Type: application/json', `Content-Encoding: ${encoding}`], bomb);
      assert.ok(status >= 400 && status < 500, `${path} ${encoding}: ${status}`);
    }
  }
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
  for (const path of ['/ngsi-ld/v1/entities', '/api/ingest/air', '/login', '/theme']) {
    const socket = await attacked.connection();
    let heard = '';
    socket.on('data', (bytes) => (heard += String(bytes)));
    const ended = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    let sent = 0;
    while (!socket.destroyed && socket.writable && statusOf(heard) === 0 && sent < 100_000_000) {
      sent += chunk.length;
      if (!socket.write(chunk)) await Promise.race([once(socket, 'drain').catch(() => {}), ended, wait(2_000)]);
    }
    assert.ok(sent < 100_000_000, `${path} took ${sent} bytes`);
    socket.destroy();
  }
  assert.equal(city.lastSeq(), last);
  await attacked.stands();
});

test('a form of thousands of parts, of none, or of one without an end is refused', async () => {
  const part = (n: number): string => `--b\r\nContent-Disposition: form-data; name="f${n}"\r\n\r\nx\r\n`;
  const named = (more: string): string =>
    `--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n${more}\r\na,b\n1,2\n`;
  for (const [what, type, body] of [
    ['many', 'multipart/form-data; boundary=b', Array.from({ length: 2_000 }, (_, n) => part(n)).join('') + '--b--'],
    ['none', 'multipart/form-data; boundary=b', ''],
    ['no boundary', 'multipart/form-data; x=1', `${part(1)}--b--`],
    ['no end', 'multipart/form-data; boundary=b', named('')],
    ['long boundary', `multipart/form-data; boundary=${'b'.repeat(5_000)}`, part(1)],
    ['nested', 'multipart/form-data; boundary=b', named('Content-Type: multipart/mixed; boundary=c\r\n')],
  ] as const) {
    const status = await posted('/en/imports', [`Content-Type: ${type}`], body);
    assert.ok(status >= 400 && status < 500, `${what}: ${status}`);
  }
  await attacked.stands();
});

test('a number, a pattern or a query that costs much is refused or bounded', async () => {
  const begun = performance.now();
  const ask = async (query: string): Promise<number> => (await city.fetch(`/entities?${query}`)).status;
  await ask(`type=A&q=${encodeURIComponent('a~=(a+)+$')}`);
  await ask(`type=A&idPattern=${encodeURIComponent('(.*a){50}$')}`);
  assert.ok((await ask(`type=A&q=${encodeURIComponent(Array(3_000).fill('a==1').join('|'))}`)) >= 400);
  assert.ok((await ask(`type=A&q=${encodeURIComponent('('.repeat(3_000))}`)) >= 400);
  assert.ok((await ask('type=A&limit=999999999')) >= 400);
  assert.ok((await ask('type=A&limit=-1')) >= 400);
  assert.ok(performance.now() - begun < 10_000);
  await attacked.stands();
});

test('a reader that does not read is not written to without end', async () => {
  const socket = await attacked.connection();
  socket.pause();
  for (let n = 0; n < 2_000; n++) socket.write('GET /api/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await wait(1_000);
  await attacked.stands();
  const closed = once(socket, 'close');
  socket.destroy();
  await closed;
});
