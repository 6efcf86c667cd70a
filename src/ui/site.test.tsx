import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hono } from 'hono';
import { renderToString } from 'preact-render-to-string';
import { fixedClock } from '../base/clock.ts';
import { Problem } from '../base/problem.ts';
import { anonymousPrincipal, type Principal } from '../http/index.ts';
import { languages } from '../city/profile.ts';
import { buildAssets } from './assets.ts';
import { testCity } from './city.fixture.ts';
import { spread } from './mapPins.ts';
import { boxAround, fitBox } from './projection.ts';
import { createSite, Form, kitRoutes } from './index.ts';

const assets = await buildAssets();
const site = createSite({
  city: testCity,
  clock: fixedClock('2026-11-25T08:40:00+05:00'),
  assets,
  navigation: (language) => [{ href: '/now', text: `now ${language}` }],
});
const app = new Hono();
site.routes(app);
kitRoutes(app, site);
site.page(app, '/now', ({ path }) => ({ title: 'Now <b>', section: '/now', main: <p>{path}</p> }));
site.page(app, '/broken', () => {
  throw new Problem('not-found', 'there is no entity x', 'id');
});

test('a path without a language is rendered in the one the browser asks for', async () => {
  const answer = await app.request('/now?a=1', { headers: { 'accept-language': 'ru' } });
  const html = await answer.text();
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('vary') ?? '', /Accept-Language/);
  assert.match(html, /^<!doctype html><html lang="ru">/);
  assert.match(html, /<link rel="alternate" hreflang="uz" href="\/uz\/now\?a=1"/);
  assert.match(html, /aria-current="page">now ru/);
  assert.match(html, /<title>Now &lt;b> – Намуна<\/title>/);
});

test('every language has its page, and says when its words are missing', async () => {
  for (const language of languages) {
    const html = await (await app.request(`/${language}/now`)).text();
    assert.match(html, new RegExp(`<html lang="${language}"`));
  }
  const kyrgyz = await (await app.request('/ky/now')).text();
  assert.match(kyrgyz, /<body lang="tg">/);
  assert.match(kyrgyz, /которулган эмес/);
});

test('a sample city says that it is invented on every page', async () => {
  const html = await (await app.request('/en/now')).text();
  assert.match(html, /Namuna is an invented city. All of its values are simulated\./);
});

test('a problem becomes a page in the words of the reader', async () => {
  const answer = await app.request('/uz/broken');
  assert.equal(answer.status, 404);
  assert.match(await answer.text(), /Bu manzilda hech narsa yoʻq/);
});

test('the chosen appearance is kept by the browser and leads back inside the site only', async () => {
  const answer = await app.request('/theme?to=dark&back=/tg/now');
  assert.equal(answer.headers.get('location'), '/tg/now');
  assert.match(answer.headers.get('set-cookie') ?? '', /theme=dark/);
  for (const back of ['//evil.example', 'https://evil.example', '/\\evil.example']) {
    const away = await app.request(`/theme?to=dark&back=${encodeURIComponent(back)}`);
    assert.equal(away.headers.get('location'), '/');
  }
  const dark = await (await app.request('/tg/now', { headers: { cookie: 'a=b; theme=dark' } })).text();
  assert.match(dark, /data-theme="dark"/);
});

test('pages hold nothing that a strict content security policy refuses', async () => {
  const html = await (await app.request('/en/console/kit')).text();
  assert.doesNotMatch(html, /\sstyle=|\son[a-z]+=|<style|javascript:/);
  assert.doesNotMatch(html.replaceAll('http://www.w3.org/', ''), /https?:\/\//);
  for (const [, script] of html.matchAll(/<script([^>]*)>/g)) assert.match(script ?? '', /src="\/assets\//);
});

test('assets are kept for good, zipped, and found only under their names', async () => {
  const answer = await app.request(assets.css, { headers: { 'accept-encoding': 'gzip' } });
  assert.match(answer.headers.get('cache-control') ?? '', /immutable/);
  assert.equal(answer.headers.get('content-encoding'), 'gzip');
  assert.ok((await answer.arrayBuffer()).byteLength < 8 * 1024);
  assert.equal((await app.request('/assets/../package.json')).status, 404);
  assert.equal((await app.request('/assets/none.css')).status, 404);
});

test('islands hold only browser code of ui, base and schema files', () => {
  const inputs = Object.keys(assets.metafile.inputs).filter((path) => /\.tsx?$/.test(path));
  assert.ok(inputs.length >= 3);
  for (const path of inputs) assert.match(path, /^(islands|locales|\.\.\/base)\/|schema\.ts$/, path);
  for (const { imports } of Object.values(assets.metafile.outputs)) {
    for (const { path } of imports) assert.doesNotMatch(path, /^node:/);
  }
});

test('the four subsets of the font are served, for every letter of the seven languages', () => {
  const css = new TextDecoder().decode(assets.find(assets.fontsCss)?.bytes);
  for (const subset of ['latin', 'latin-ext', 'cyrillic', 'cyrillic-ext'])
    assert.match(css, new RegExp(`noto-sans-${subset}-400`));
  const ranges = [...css.matchAll(/U\+([0-9A-F]+)(?:-([0-9A-F]+))?/gi)].map(
    ([, from = '', to]) => [parseInt(from, 16), parseInt(to ?? from, 16)] as const,
  );
  for (const letter of 'ғӣқӯҳҷәңөұүһіўçäžňöşüýʻʼ₸₽№') {
    const code = letter.codePointAt(0) ?? 0;
    assert.ok(
      ranges.some(([from, to]) => code >= from && code <= to),
      letter,
    );
  }
});

test('pins that would cover each other move apart', () => {
  const places = spread(
    [
      [10, 10],
      [10, 10],
      [12, 11],
      [300, 10],
    ],
    30,
  );
  for (const [i, [x, y]] of places.entries()) {
    for (const [ox, oy] of places.slice(i + 1)) assert.ok(Math.hypot(x - ox, y - oy) >= 30);
  }
  assert.deepEqual(places[0], [10, 10]);
});

test('a map has an end at the poles, and a box round its places', () => {
  assert.ok(Number.isFinite(fitBox([-180, -90, 180, 90], 720).height));
  assert.equal(boxAround([]), undefined);
  const [west, south, east, north] = boxAround([[68.7, 38.5]]) ?? [0, 0, 0, 0];
  assert.ok(west < 68.7 && east > 68.7 && south < 38.5 && north > 38.5);
});

test('a form carries the token of the session, in its address where it sends a file, and none where there is none', () => {
  const who = { id: 'A', kind: 'person', roles: [], session: { id: 'S', csrf: 'token', since: 0 } } as const;
  const of = (reader: { who: Principal }, sendsFile: boolean): string =>
    renderToString(
      <Form reader={reader} action="/tg/imports?a=b" sendsFile={sendsFile}>
        {null}
      </Form>,
    );
  assert.equal(
    of({ who }, false),
    '<form method="post" action="/tg/imports?a=b"><input type="hidden" name="csrf" value="token"/></form>',
  );
  assert.equal(
    of({ who }, true),
    '<form method="post" action="/tg/imports?a=b&amp;csrf=token" enctype="multipart/form-data"></form>',
  );
  assert.equal(of({ who: anonymousPrincipal }, false), '<form method="post" action="/tg/imports?a=b"></form>');
});

test('what needs an account leads to where one signs in, and back to the page', async () => {
  const closed = createSite({
    city: testCity,
    clock: fixedClock('2026-11-25T08:40:00+05:00'),
    assets,
    navigation: () => [],
    account: () => ({ href: '/login', text: 'Sign in' }),
  });
  const made = new Hono();
  const refuse = (): never => {
    throw new Problem('unauthorized', 'this needs an account');
  };
  closed.page(made, '/people', refuse);
  closed.form(made, '/people', refuse);
  const asked = await made.request('/tg/people?a=b');
  assert.equal(asked.status, 303);
  assert.equal(asked.headers.get('location'), `/tg/login?back=${encodeURIComponent('/tg/people?a=b')}`);
  const post = (referer: string) => made.request('http://a.example/people', { method: 'POST', headers: { referer } });
  assert.match(
    (await post('http://a.example/ru/people?c')).headers.get('location') ?? '',
    /login\?back=%2Fru%2Fpeople%3Fc$/,
  );
  assert.match((await post('http://b.example/ru')).headers.get('location') ?? '', /login\?back=%2F$/);
});
