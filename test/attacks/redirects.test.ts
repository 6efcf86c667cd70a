/** Links that lead away, and pages of other sites that act through a reader's browser. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openTestCity, type TestCity } from '../fixtures/testCity.ts';
import { statusOf, victim, type Victim } from './victim.ts';

let city: TestCity;
let attacked: Victim;
before(async () => {
  city = await openTestCity();
  attacked = victim(city);
});
after(() => city.close());

/** Ways to write "another host" that a browser follows. */
export const away = [
  'https://evil.example/',
  '//evil.example/',
  '///evil.example/',
  '/\\evil.example/',
  '\\\\evil.example/',
  '/\t/evil.example/',
  '/%09/evil.example',
  'https:evil.example',
  'javascript:alert(1)',
  '/\r\nlocation: https://evil.example/',
  ' //evil.example',
  '.evil.example',
  '@evil.example',
];

test('no way back leads to another host', async () => {
  for (const back of away) {
    for (const path of ['/theme?to=dark&back=', '/en/login?back=', '/login?back=']) {
      const answer = await fetch(`${city.url}${path}${encodeURIComponent(back)}`, { redirect: 'manual' });
      const to = answer.headers.get('location');
      if (to === null) continue;
      assert.equal(new URL(to, city.url).origin, city.url, `${path}${back} leads to ${to}`);
    }
  }
  await attacked.stands();
});

test('a foreign name for this server, and a page of another site, are refused', async () => {
  const ask = async (headers: string, method = 'GET', path = '/'): Promise<number> =>
    statusOf(await attacked.send(`${method} ${path} HTTP/1.1\r\n${headers}\r\nConnection: close\r\n\r\n`));
  assert.equal(await ask('Host: localhost'), 200);
  for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'localhost@evil.example'])
    assert.notEqual(await ask(`Host: ${host}`), 200, host);
  for (const site of ['cross-site', 'same-site', 'nonsense'])
    assert.equal(await ask(`Host: localhost\r\nSec-Fetch-Site: ${site}\r\nContent-Length: 0`, 'POST', '/imports'), 403);
  const socket =
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
  for (const origin of ['https://evil.example', 'null', 'http://localhost.evil.example', 'http://localhost:1'])
    assert.equal(
      statusOf(
        await attacked.send(
          `GET /api/subscriptions/urn:a:b/events HTTP/1.1\r\nHost: localhost\r\nOrigin: ${origin}\r\n${socket}\r\n\r\n`,
        ),
      ),
      403,
      origin,
    );
  await attacked.stands();
});

test('every page forbids scripts, frames and sniffing, and has nothing inline', async () => {
  const html = await (await fetch(`${city.url}/en/`)).text();
  const links = [...html.matchAll(/href="(\/[^"#]*)"/g)].map(([, path = '']) => path.replaceAll('&amp;', '&'));
  const pages = [
    ...new Set([
      '/en/',
      '/en/imports',
      '/en/subscriptions',
      '/en/stops',
      '/en/nothing',
      '/console/kit',
      '/en/log/check',
      ...links,
    ]),
  ];
  assert.ok(pages.length > 10);
  for (const path of pages) {
    const answer = await fetch(city.url + path);
    const { headers } = answer;
    const text = await answer.text();
    const policy = headers.get('content-security-policy') ?? '';
    for (const rule of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "form-action 'self'",
    ])
      assert.ok(policy.includes(rule), `${path}: ${rule}`);
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
    assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
    assert.equal(headers.get('referrer-policy'), 'same-origin', path);
    assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin', path);
    assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin', path);
    assert.equal(headers.get('access-control-allow-origin'), null, path);
    assert.equal(headers.get('server') ?? headers.get('x-powered-by'), null, path);
    if (headers.get('content-type')?.includes('html') !== true) continue;
    assert.match(headers.get('content-type') ?? '', /charset=utf-8/i);
    assert.doesNotMatch(text, /<style|\sstyle="|\son[a-z]+="|javascript:|<base/i, path);
    for (const [tag] of text.matchAll(/<script[^>]*>/g))
      assert.match(tag, /src="\/assets\/|type="application\/(json|ld\+json)"/, path);
    for (const [, source = ''] of text.matchAll(/(?:src|srcset)="([^"]+)"/g))
      assert.match(source, /^(\/|data:image)/, path);
  }
});
