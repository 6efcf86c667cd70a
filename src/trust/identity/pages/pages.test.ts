import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { Hono } from 'hono';
import { fixedClock } from '../../../base/clock.ts';
import { silentLog } from '../../../base/log.ts';
import { createMetrics } from '../../../base/metrics.ts';
import { createApp, outbound, type Guard } from '../../../http/index.ts';
import { buildAssets, createSite } from '../../../ui/index.ts';
import { testCity } from '../../../ui/city.fixture.ts';
import { openPolicies } from '../../policy/index.ts';
import { openCodes } from '../codes/codes.ts';
import { stepAt, totpCode } from '../codes/totp.ts';
import { accountEntry, identityPages, openIdentity, type Identity, type NewAccount } from '../index.ts';

const good = 'three lamps over a bazaar';
const assets = await buildAssets();
const policies = await openPolicies();
const cli = { id: 'system' };

/** A browser: keeps cookies, fills in forms with what is hidden in them. */
type Browser = {
  readonly get: (path: string) => Promise<{ status: number; html: string; headers: Headers }>;
  readonly send: (page: string, action: string, fields?: Record<string, string>) => Promise<Response>;
  readonly raw: (path: string, init?: RequestInit) => Promise<Response>;
  readonly cookies: Map<string, string>;
};

function browser(app: Hono): Browser {
  const cookies = new Map<string, string>();
  const raw = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    headers.set('user-agent', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0');
    if (!headers.has('accept')) headers.set('accept', 'text/html');
    const answer = await app.request(`http://city.example${path}`, { ...init, headers });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/Max-Age=0/.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    return answer;
  };
  const get: Browser['get'] = async (path) => {
    const answer = await raw(path);
    return { status: answer.status, html: await answer.text(), headers: answer.headers };
  };
  return {
    cookies,
    raw,
    get,
    async send(page, action, fields = {}) {
      const { html } = await get(page);
      const escaped = action.replaceAll(/[/.?]/g, '\\$&');
      const form = new RegExp(`<form[^>]*action="${escaped}"[^>]*>(.*?)</form>`, 's').exec(html)?.[1];
      assert.ok(form !== undefined, `${page} has no form for ${action}`);
      const body = new URLSearchParams();
      for (const [, name = '', value = ''] of form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g))
        body.set(name, value);
      for (const [name, value] of Object.entries(fields)) body.set(name, value);
      return raw(action, { method: 'POST', body });
    },
  };
}

function open(t: TestContext, secure = false) {
  const directory = mkdtempSync(join(tmpdir(), 'chorsu-pages-'));
  const clock = fixedClock('2026-11-25T08:00:00Z');
  // What is slow on purpose is tested elsewhere.
  const derive = (password: string, salt: Uint8Array): Promise<Buffer> => {
    const bytes = Buffer.alloc(32);
    Buffer.concat([Buffer.from(password), salt]).copy(bytes);
    return Promise.resolve(bytes);
  };
  const districts = testCity.districts.map(({ id }) => id);
  const identity = openIdentity({ path: join(directory, 'trust.db'), clock, derive, secure, districts });
  t.after(() => {
    identity.close();
    rmSync(directory, { recursive: true });
  });
  const site = createSite({ city: testCity, clock, assets, navigation: () => [], account: accountEntry(identity) });
  const guard: Guard = {
    authenticate: identity.authenticate,
    permits: (who, action) => policies.permits(who, action),
  };
  const publicUrl = (): string => 'http://city.example';
  const metrics = createMetrics();
  const nowhere = outbound({ version: '0', clock, metrics });
  const common = { identity, site, clock, metrics, publicUrl, log: silentLog, outbound: nowhere };
  const pages = identityPages({ ...common, permits: guard.permits });
  const app = createApp({
    modules: [pages],
    log: silentLog,
    metrics: createMetrics(),
    isReady: () => true,
    page: site.problem,
    guard,
  });
  return { app, identity, clock };
}

async function person(identity: Identity, given: Partial<NewAccount> = {}): Promise<string> {
  const { id } = identity.accounts.add({ name: 'nigora', displayName: 'Nigora R.', ...given }, cli);
  await identity.accounts.setPassword(id, good);
  return id;
}

async function signedIn(app: Hono, name = 'nigora', password = good): Promise<Browser> {
  const visitor = browser(app);
  const answer = await visitor.send('/en/login', '/en/login', { username: name, password });
  assert.equal(answer.status, 303, await answer.text());
  return visitor;
}

test('whoever signs in is led back, and every page says whose session it is', async (t) => {
  const { app, identity } = open(t);
  await person(identity);
  const visitor = browser(app);
  const asked = await visitor.raw('/tg/account');
  assert.equal(asked.status, 303);
  const to = asked.headers.get('location') ?? '';
  assert.equal(to, '/tg/login?back=%2Ftg%2Faccount');
  assert.match((await visitor.get(to)).html, /class="account" href="\/tg\/login"[^>]*>Даромадан</);
  const answer = await visitor.send(to, '/tg/login', { username: ' Nigora ', password: good });
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.get('location'), '/tg/account');
  const { html, headers } = await visitor.get('/tg/account');
  assert.match(html, /class="account" href="\/tg\/account"[^>]*>Nigora R\.</);
  assert.equal(headers.get('cache-control'), 'no-store');
});

test('cookies of an https city go nowhere else; of a http one they work as well', async (t) => {
  for (const secure of [true, false]) {
    const { app, identity } = open(t, secure);
    await person(identity);
    const visitor = browser(app);
    const answer = await visitor.send('/en/login', '/en/login', { username: 'nigora', password: good });
    const [cookie = ''] = answer.headers.getSetCookie();
    assert.match(cookie, secure ? /^__Host-session=[\w-]{43}; / : /^session=[\w-]{43}; /);
    assert.match(cookie, /; Path=\/; HttpOnly; SameSite=Lax(; Secure)?$/);
    assert.equal(cookie.includes('Secure'), secure);
    const { secret } = identity.sessions.open(identity.accounts.list()[0] ?? assert.fail(), '');
    const tossed = identity.authenticate({ cookie: `session=${secret}` });
    assert.equal(tossed.kind, secure ? 'anonymous' : 'person', 'a cookie that another host could set is not believed');
  }
});

test('a city of many people, services and devices shows them page by page, and finds people by what they are', async (t) => {
  const { app, identity } = open(t);
  const id = await person(identity, { roles: ['administrator'] });
  for (let n = 100; n < 145; n++) {
    const roles = [n === 144 ? 'moderator' : 'dispatcher'] as const;
    const given = { name: `official${n}`, displayName: `Ғафур ${n}`, roles, department: `water${n % 2}` };
    identity.accounts.add(given, cli);
  }
  for (let n = 100; n < 125; n++) identity.accounts.add({ name: `program${n}`, kind: 'service' }, cli);
  for (let n = 100; n < 160; n++) identity.devices.add({ label: `Kiosk ${n}`, topics: 'air/{id}', sources: [] }, cli);
  const visitor = browser(app);
  visitor.cookies.set('session', identity.sessions.open(identity.accounts.get(id), '').secret);
  const namesIn = (html: string, pattern: RegExp): number => new Set(html.match(pattern)).size;
  const people = /official\d+/g;
  assert.equal(namesIn((await visitor.get('/en/people')).html, people), 19, 'and the administrator');
  const last = (await visitor.get('/en/people?page=3')).html;
  assert.equal(namesIn(last, people), 6);
  assert.match(last, /page 3 of 3/);
  assert.doesNotMatch(last, /people\?page=4/);
  assert.match((await visitor.get('/en/people?page=99')).html, /page 3 of 3/);
  const moderators = (await visitor.get('/ru/people?find=%D0%BC%D0%BE%D0%B4%D0%B5%D1%80%D0%B0%D1%82%D0%BE%D1%80')).html;
  assert.deepEqual(
    [...new Set(moderators.match(people))],
    ['official144'],
    'by the role, in the language of the reader',
  );
  const half = (await visitor.get(`/en/people?find=${encodeURIComponent('water1 гафур')}&page=2`)).html;
  assert.equal(namesIn(half, people), 2, '22 in that department');
  assert.match(half, /href="\/en\/people\?find=[^"]*&amp;page=1"/);
  assert.match((await visitor.get('/en/people?find=nobody')).html, /Nobody here is called like that/);

  const keys = (await visitor.get('/en/keys?services=2')).html;
  assert.equal(namesIn(keys, /program\d+/g), 5);
  assert.equal(namesIn(keys, /Kiosk \d+/g), 50);
  assert.match(keys, /href="\/en\/keys\?services=2&amp;devices=2#devices"/);
  assert.equal(namesIn((await visitor.get('/en/keys?services=2&devices=2')).html, /Kiosk \d+/g), 10);
});

test('the id of a session is new after each sign-in, and the old one is worth nothing', async (t) => {
  const { app, identity } = open(t);
  const id = await person(identity);
  const attacker = 'A'.repeat(43);
  const visitor = browser(app);
  visitor.cookies.set('session', attacker);
  await visitor.send('/en/login', '/en/login', { username: 'nigora', password: good });
  const first = visitor.cookies.get('session') ?? '';
  assert.notEqual(first, attacker);
  assert.equal(identity.authenticate({ cookie: `session=${attacker}` }).kind, 'anonymous');
  await visitor.send('/en/login', '/en/login', { username: 'nigora', password: good });
  assert.notEqual(visitor.cookies.get('session'), first);
  assert.equal(identity.authenticate({ cookie: `session=${first}` }).kind, 'anonymous');
  assert.equal(identity.sessions.list(id).length, 1);
});

test('a wrong name and a wrong password look the same, and too many of either have to wait', async (t) => {
  const { app, identity, clock } = open(t);
  await person(identity);
  const visitor = browser(app);
  const told: string[] = [];
  for (const username of ['nigora', 'nobody']) {
    const answer = await visitor.send('/en/login', '/en/login', { username, password: 'wrong wrong wrong' });
    assert.equal(answer.status, 401);
    told.push((await answer.text()).replaceAll(username, 'X'));
  }
  assert.equal(told[0], told[1]);
  for (const username of ['nigora', 'nobody']) {
    let tries = 0;
    let status = 0;
    let wait = '';
    while (status !== 429 && tries < 20) {
      const answer = await visitor.send('/en/login', '/en/login', { username, password: 'wrong wrong wrong' });
      ({ status } = answer);
      wait = answer.headers.get('retry-after') ?? '';
      tries++;
    }
    assert.equal(status, 429);
    assert.ok(Number(wait) >= 1);
    clock.advance(60_000);
  }
  clock.advance(600_000);
  assert.equal((await visitor.send('/en/login', '/en/login', { username: 'nigora', password: good })).status, 303);
});

test('tries are counted before the form is looked at, whatever it lacks', async (t) => {
  const { app } = open(t);
  for (const make of [
    () => ({ body: new URLSearchParams({ username: 'x', password: 'y' }) }),
    () => ({ body: '{"username":"x","password":"y"}', headers: { 'content-type': 'application/json' } }),
  ]) {
    const seen = new Set<number>();
    for (let n = 0; n < 20; n++) seen.add((await app.request('/login', { method: 'POST', ...make() })).status);
    assert.ok(seen.has(429), [...seen].join());
  }
});

test('a form of another site signs nobody in', async (t) => {
  const { app, identity } = open(t);
  await person(identity);
  const visitor = browser(app);
  const body = (before: string) => new URLSearchParams({ username: 'nigora', password: good, before });
  for (const before of ['', 'x', 'A'.repeat(43)]) {
    assert.equal((await visitor.raw('/login', { method: 'POST', body: body(before) })).status, 400);
    await visitor.get('/login');
  }
  assert.equal(visitor.cookies.has('session'), false);
});

test('a program signs in as a person with JSON', async (t) => {
  const { app, identity } = open(t);
  await person(identity);
  const post = (body: string) =>
    app.request('/login', { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  const answer = await post(JSON.stringify({ username: 'nigora', password: good }));
  assert.equal(answer.status, 204);
  assert.match(answer.headers.getSetCookie().join(), /session=/);
  const wrong = await post(JSON.stringify({ username: 'nigora', password: 'x' }));
  assert.equal(wrong.status, 401);
  assert.equal(wrong.headers.get('content-type'), 'application/problem+json');
  assert.equal((await post('{')).status, 400);
  assert.equal((await post('{"username":1}')).status, 400);
});

test('nobody is led to another site after signing in', async (t) => {
  const { app, identity } = open(t);
  await person(identity);
  for (const back of ['//evil.example', 'https://evil.example', '/\\evil.example', 'javascript:alert(1)', '']) {
    const visitor = browser(app);
    const answer = await visitor.send(`/en/login?back=${encodeURIComponent(back)}`, '/en/login', {
      username: 'nigora',
      password: good,
    });
    assert.match(answer.headers.get('location') ?? '', /^\/(en\/)?$/, back);
  }
});

test('an invitation leads to a password and in, once; a poor password is told beside its field', async (t) => {
  const { app, identity } = open(t);
  const { id } = identity.accounts.add({ name: 'nigora', displayName: 'Nigora R.' }, cli);
  const path = `/ru/invitation/${identity.invitations.make(id)}`;
  const visitor = browser(app);
  const poor = await visitor.send(path, path, { password: 'nigora nigora', again: 'nigora nigora' });
  assert.equal(poor.status, 400);
  assert.match(await poor.text(), /id="password-wrong"[^>]*>[^<]*Выберите другой/);
  const differs = await visitor.send(path, path, { password: good, again: `${good}.` });
  assert.match(await differs.text(), /id="again-wrong"/);
  const done = await visitor.send(path, path, { password: good, again: good });
  assert.equal(done.headers.get('location'), '/ru/account');
  assert.match((await visitor.get('/ru/account')).html, /Nigora R\./);
  const again = await browser(app).get(path);
  assert.equal(again.status, 404);
  assert.match(again.html, /уже использована/);
  await signedIn(app);
});

test('a new password needs the old one, ends other sessions and keeps this one', async (t) => {
  const { app, identity } = open(t);
  await person(identity);
  const [here, there] = [await signedIn(app), await signedIn(app)];
  const change = (old: string, password: string) =>
    here.send('/en/account', '/en/account/password', { old, password, again: password });
  const wrong = await change('wrong', 'four lamps over a bazaar');
  assert.equal(wrong.status, 400);
  assert.match(await wrong.text(), /id="old-wrong"/);
  const done = await change(good, 'four lamps over a bazaar');
  assert.equal(done.headers.get('location'), '/en/account?done=password');
  assert.match((await here.get('/en/account?done=password')).html, /The password is changed/);
  assert.equal((await there.raw('/en/account')).status, 303);
  await signedIn(app, 'nigora', 'four lamps over a bazaar');
});

test('sessions are listed by their owner and ended, one or all others', async (t) => {
  const { app, identity } = open(t);
  const id = await person(identity);
  await person(identity, { name: 'farrukh' });
  const [one, two, three] = [await signedIn(app), await signedIn(app), await signedIn(app)];
  const stranger = await signedIn(app, 'farrukh');
  const { html } = await one.get('/en/account/sessions');
  assert.equal(html.match(/Firefox/g)?.length, 3);
  assert.match(html, /Firefox \(this one\)/);
  const own = identity.authenticate({ cookie: `session=${two.cookies.get('session')}` }).session?.id ?? '';
  const csrf = /name="csrf" value="([^"]*)"/.exec((await stranger.get('/en/account')).html)?.[1] ?? '';
  await stranger.raw(`/en/account/sessions/${own}/end`, { method: 'POST', body: new URLSearchParams({ csrf }) });
  assert.equal((await two.get('/en/account')).status, 200, 'nobody else ends it');
  await one.send('/en/account/sessions', `/en/account/sessions/${own}/end`);
  assert.equal((await two.raw('/en/account')).status, 303);
  await one.send('/en/account/sessions', '/en/account/sessions/others');
  assert.equal((await three.raw('/en/account')).status, 303);
  assert.equal(identity.sessions.list(id).length, 1);
  const out = await one.send('/en/account', '/en/logout');
  assert.equal(out.headers.get('location'), '/en/');
  assert.equal(out.headers.get('clear-site-data'), '"storage"', 'nothing of them stays in the browser');
  assert.equal(one.cookies.has('session'), false);
  assert.deepEqual(identity.sessions.list(id), []);
});

test('an account that has to change its password gets a link instead of a session', async (t) => {
  const { app, identity } = open(t);
  const id = await person(identity);
  identity.accounts.change(id, { mustChange: true }, cli);
  const visitor = browser(app);
  const answer = await visitor.send('/en/login', '/en/login', { username: 'nigora', password: good });
  const path = answer.headers.get('location') ?? '';
  assert.match(path, /^\/en\/invitation\//);
  assert.equal(visitor.cookies.has('session'), false);
  await visitor.send(path, path, { password: `${good} 2`, again: `${good} 2` });
  assert.equal((await visitor.get('/en/account')).status, 200);
});

test('a program that may not is told how to prove itself', async (t) => {
  const { app } = open(t);
  const answer = await app.request('/account', { headers: { accept: 'application/json' } });
  assert.equal(answer.status, 401);
  assert.equal(answer.headers.get('www-authenticate'), 'Bearer realm="chorsu"');
  assert.equal(answer.headers.get('content-type'), 'application/problem+json');
});

/** An administrator, signed in, and what else a test of the pages of an administrator needs. */
async function office(t: TestContext) {
  const opened = open(t);
  const { identity, app } = opened;
  const id = await person(identity, { name: 'admin', displayName: 'Admin', roles: ['administrator'] });
  const admin = browser(app);
  // With a second factor, which is tested elsewhere.
  const again = (): void => {
    admin.cookies.set('session', identity.sessions.open(identity.accounts.get(id), 'Firefox').secret);
  };
  again();
  return { ...opened, id, admin, again };
}
/** What is shown once. */
const shown = async (answer: Response): Promise<string[]> => {
  const html = await answer.text();
  assert.equal(answer.status, 200, html);
  assert.match(answer.headers.get('cache-control') ?? '', /no-store/);
  return (/<code>([^<]*)<\/code>/.exec(html)?.[1] ?? '').split('\n');
};

test('an administrator adds a person, whose link leads to a password', async (t) => {
  const { app, identity, admin } = await office(t);
  const body = {
    name: 'farrukh',
    displayName: 'Farrukh',
    roles: 'dispatcher',
    department: 'roads',
    tenants: 'north, south',
  };
  const [link = ''] = await shown(await admin.send('/en/people', '/en/people', body));
  assert.match(link, /^http:\/\/city\.example\/invitation\/[\w-]{43}$/);
  const { id, ...made } = identity.accounts.find('farrukh') ?? assert.fail();
  assert.deepEqual(
    [made.roles, made.department, made.tenants, made.hasPassword],
    [['dispatcher'], 'roads', ['north', 'south'], false],
  );
  const visitor = browser(app);
  const path = `/en${new URL(link).pathname}`;
  await visitor.send(path, path, { password: good, again: good });
  assert.equal((await visitor.get('/en/account')).status, 200);
  assert.match((await admin.get('/en/people')).html, /Farrukh.*Dispatcher.*may sign in/s);
  const refused = await admin.send('/en/people', '/en/people', body);
  assert.equal(refused.status, 400);
  assert.match(await refused.text(), /Nothing was changed/);
  await admin.send(`/en/people/${id}`, `/en/people/${id}`, {
    roles: 'auditor',
    displayName: 'F.',
    department: '',
    tenants: '',
  });
  assert.deepEqual(identity.accounts.get(id).roles, ['auditor']);
  assert.equal((await visitor.raw('/en/account')).status, 303, 'a change of rights ends the session');
});

test('people and programs are limited to districts of the city, chosen by their names', async (t) => {
  const { identity, admin } = await office(t);
  const { accounts, keys } = identity;
  const given = { name: 'zafar', displayName: 'Zafar', roles: 'dispatcher', within: 'areas', areas: 'navrud' };
  await shown(await admin.send('/en/people', '/en/people', given));
  const { id, areas } = accounts.find('zafar') ?? assert.fail();
  assert.deepEqual(areas, ['navrud']);
  assert.match((await admin.get('/tg/people')).html, /Zafar.*<small>Наврӯд<\/small>/s);
  const path = `/en/people/${id}`;
  assert.match((await admin.get(path)).html, /value="navrud" checked/);
  for (const wrong of [{ areas: 'atlantis' }, { areas: '' }, { within: 'city' }]) {
    const refused = await admin.send(path, path, { ...given, ...wrong });
    assert.equal(refused.status, 400, JSON.stringify(wrong));
    assert.deepEqual(accounts.get(id).areas, ['navrud']);
  }
  const { areas: _areas, ...whole } = { ...given, within: 'city' };
  assert.equal((await admin.send(path, path, whole)).status, 303);
  assert.equal(accounts.get(id).areas, 'all');

  await admin.send('/en/keys', '/en/keys/services', { ...given, name: 'wall' });
  const wall = accounts.find('wall') ?? assert.fail();
  const make = `/en/keys/services/${wall.id}`;
  await shown(
    await admin.send('/en/keys', make, {
      label: 'Wall',
      scope: 'readOperations',
      days: '9',
      within: 'areas',
      areas: 'navrud',
    }),
  );
  assert.deepEqual([wall.areas, keys.list(wall.id)[0]?.areas], [['navrud'], ['navrud']]);
  assert.match((await admin.get('/ru/keys')).html, /<small>открывать пульт · Наврӯд<\/small>/);
});

test('a person who is disabled is out at once, and a new link takes the password away', async (t) => {
  const { app, identity, admin } = await office(t);
  const id = await person(identity);
  const visitor = await signedIn(app);
  await admin.send(`/en/people/${id}`, `/en/people/${id}/disable`);
  assert.equal((await visitor.raw('/en/account')).status, 303);
  const login = () => browser(app).send('/en/login', '/en/login', { username: 'nigora', password: good });
  assert.equal((await login()).status, 401);
  await admin.send(`/en/people/${id}`, `/en/people/${id}/enable`);
  assert.equal((await login()).status, 303);
  await shown(await admin.send(`/en/people/${id}`, `/en/people/${id}/link`));
  assert.equal((await login()).status, 401);
});

test('somebody who has lost the phone is freed of it on their page, and signs in with the password', async (t) => {
  const { app, identity, admin, clock } = await office(t);
  const id = await person(identity);
  const codes = openCodes({ database: identity.database, clock });
  const secret = codes.newSecret();
  codes.setApp(id, secret, totpCode(secret, stepAt(clock.now())));
  const login = () => browser(app).send('/en/login', '/en/login', { username: 'nigora', password: good });
  assert.match((await login()).headers.get('location') ?? '', /\/login\/second/);
  await admin.send(`/en/people/${id}`, `/en/people/${id}/factors`);
  assert.doesNotMatch((await login()).headers.get('location') ?? '', /\/login\/second/);
  assert.doesNotMatch((await admin.get(`/en/people/${id}`)).html, /Remove the second factors/);
});

test('nobody changes their own rights, in whatever way they ask', async (t) => {
  const { identity, admin, id } = await office(t);
  const { html } = await admin.get(`/en/people/${id}`);
  assert.match(html, /Somebody else has to change its rights/);
  const csrf = /name="csrf" value="([^"]*)"/.exec((await admin.get('/en/account')).html)?.[1] ?? '';
  for (const path of [`/people/${id}`, `/people/${id}/disable`]) {
    const body = new URLSearchParams({ csrf, displayName: 'Admin', roles: 'auditor' });
    assert.equal((await admin.raw(path, { method: 'POST', body })).status, 400);
  }
  assert.deepEqual(identity.accounts.get(id).roles, ['administrator']);
});

test('people and keys are not for others, and who is there is asked again after a quarter of an hour', async (t) => {
  const { app, identity, admin, clock, again } = await office(t);
  await person(identity, { roles: ['dispatcher'] });
  const visitor = await signedIn(app);
  for (const path of ['/en/people', '/en/keys', '/en/people/x']) {
    assert.equal((await visitor.get(path)).status, 403, path);
    assert.equal((await browser(app).raw(path)).status, 303, path);
  }
  assert.equal((await admin.get('/en/people')).status, 200);
  clock.advance(16 * 60_000);
  const asked = await admin.raw('/en/people');
  assert.equal(asked.status, 303);
  assert.match(asked.headers.get('location') ?? '', /^\/en\/login.*back=%2Fen%2Fpeople$/);
  again();
  assert.equal((await admin.get('/en/people')).status, 200);
});

test('keys and devices are made on a page, shown once, listed with their use, and revoked', async (t) => {
  const { identity, admin } = await office(t);
  await admin.send('/en/keys', '/en/keys/services', { name: 'dashboards', roles: 'developer' });
  const { id } = identity.accounts.find('dashboards') ?? assert.fail();
  const [secret = ''] = await shown(
    await admin.send('/en/keys', `/en/keys/services/${id}`, { label: 'wall', scope: 'readEntities', days: '30' }),
  );
  const who = identity.authenticate({ authorization: `Bearer ${secret}` });
  assert.deepEqual([who.id, who.scope], [id, ['readEntities']]);
  const { html } = await admin.get('/en/keys');
  assert.ok(!html.includes(secret));
  const [key] = identity.keys.list(id);
  await admin.send('/en/keys', `/en/keys/${key?.id}/revoke`);
  assert.throws(() => identity.authenticate({ authorization: `Bearer ${secret}` }));
  const wrong = await admin.send('/en/keys', `/en/keys/services/${id}`, {
    label: 'x',
    scope: 'managePeople',
    days: '30',
  });
  assert.equal(wrong.status, 400);
  const lines = await shown(
    await admin.send('/en/keys', '/en/keys/devices', { label: 'Kiosk', topics: 'air/{id}', sources: 'air' }),
  );
  const [name = '', password = ''] = lines.map((line) => line.split(': ')[1] ?? '');
  assert.deepEqual(identity.authenticateDevice(name, password)?.topics, [`air/${name}`]);
  await admin.send('/en/keys', `/en/keys/devices/${name}/revoke`);
  assert.equal(identity.authenticateDevice(name, password), undefined);
});

test('a person makes keys for what the person may do, and revokes no other', async (t) => {
  const { app, identity, admin, id: other } = await office(t);
  await person(identity);
  const visitor = await signedIn(app);
  const { html } = await visitor.get('/en/account/keys');
  assert.match(html, /value="readEntities"/);
  assert.doesNotMatch(html, /value="manageKeys"/);
  const send = () =>
    visitor.send('/en/account/keys', '/en/account/keys', { label: 'mine', scope: 'readEntities', days: '1' });
  const [secret = ''] = await shown(await send());
  assert.equal(identity.authenticate({ authorization: `Bearer ${secret}` }).kind, 'person');
  const { key } = identity.keys.add({ account: other, label: 'theirs', scope: ['readEntities'] }, cli);
  const csrf = /name="csrf" value="([^"]*)"/.exec(html)?.[1] ?? '';
  const revoke = await visitor.raw(`/account/keys/${key.id}/revoke`, {
    method: 'POST',
    body: new URLSearchParams({ csrf }),
  });
  assert.equal(revoke.status, 404);
  assert.equal(identity.keys.get(key.id).revokedAt, undefined);
  assert.equal((await admin.get('/en/account/keys')).status, 200);
});
