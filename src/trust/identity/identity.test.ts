import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import fc from 'fast-check';
import { fixedClock } from '../../base/clock.ts';
import { Problem } from '../../base/problem.ts';
import { createMetrics } from '../../base/metrics.ts';
import { textOf } from './columns.ts';
import { openSignIn } from './signIn.ts';
import { checkPassword, openIdentity, type Identity } from './index.ts';

const good = 'three lamps over a bazaar';
const cli = { id: 'system' };

/** A derivation that costs nothing and is counted. */
function counted(): { derive: (password: string, salt: Uint8Array) => Promise<Buffer>; count: () => number } {
  let n = 0;
  return {
    count: () => n,
    derive: (password, salt) => {
      n++;
      const bytes = Buffer.alloc(32);
      Buffer.concat([Buffer.from(password), salt]).copy(bytes);
      return Promise.resolve(bytes);
    },
  };
}

function open(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'chorsu-trust-'));
  const path = join(directory, 'trust.db');
  const clock = fixedClock('2026-11-25T08:00:00Z');
  const work = counted();
  const make = (): Identity => openIdentity({ path, clock, derive: work.derive, cityNames: ['Намуна', 'Namuna'] });
  const opened = { identity: make(), clock, path, work };
  t.after(() => {
    opened.identity.close();
    rmSync(directory, { recursive: true });
  });
  return {
    ...opened,
    /** As another process would find it. */
    reopen: (): Identity => {
      opened.identity.close();
      return (opened.identity = make());
    },
  };
}
const cookie = (secret: string) => ({ cookie: `theme=dark; session=${secret}` });
const isProblem =
  (kind: string, field?: string) =>
  (error: unknown): boolean =>
    error instanceof Problem && error.kind === kind && (field === undefined || error.field === field);

test('a password is long, and not what others would try first', () => {
  const words = ['Nigora', 'Nigora Rahimova', 'Душанбе'];
  for (const bad of [
    'short',
    'elevenchars',
    'password1234',
    'Passw0rd2026!',
    'qwerty123456',
    'aaaaaaaaaaaaaaaa',
    'abcabcabcabc1',
    'nigora-rahimova-1990',
    'Душанбе-2026-Душанбе',
    'парольпароль123',
    'йцукен123456',
    'x'.repeat(257),
  ])
    assert.throws(() => checkPassword(bad, words), isProblem('bad-data', 'password'), bad);
  for (const fine of [good, 'ҳафт ранги камон', '839204718265', 'x7#Kq!p2Vz@9', `${good} ${'very '.repeat(30)}long`])
    checkPassword(fine, words);
});

test('no text given as a password gives anything but a yes or a Problem', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.array(fc.string()), (password, words) => {
      try {
        checkPassword(password, words);
      } catch (error) {
        assert.ok(error instanceof Problem);
      }
    }),
  );
});

test('names are one whatever their case and form, and letters of two scripts do not mix', (t) => {
  const { accounts } = open(t).identity;
  const made = accounts.add({ name: ' Nigora.R ', roles: ['dispatcher', 'auditor', 'auditor'] }, cli);
  assert.deepEqual(made.roles, ['auditor', 'dispatcher']);
  assert.equal(accounts.find('NIGORA.r')?.id, made.id);
  assert.throws(() => accounts.add({ name: 'nigora.R' }, cli), isProblem('already-exists', 'name'));
  for (const name of ['a', 'has space', 'nigоra', '', 'x'.repeat(65), '-x'])
    assert.throws(() => accounts.add({ name }, cli), isProblem('bad-data', 'name'), name);
  assert.throws(
    () => accounts.add({ name: 'farrukh', roles: ['king' as 'auditor'] }, cli),
    isProblem('bad-data', 'roles'),
  );
});

test('the link of a new account sets its password once, and only for a day', async (t) => {
  const { identity, clock } = open(t);
  const { accounts, invitations } = identity;
  const { id } = accounts.add({ name: 'nigora' }, cli);
  const first = invitations.make(id);
  const token = invitations.make(id);
  assert.throws(() => invitations.get(first), isProblem('not-found'), 'a second link takes the place of the first');
  await assert.rejects(invitations.use(token, 'nigora nigora nigora'), isProblem('bad-data', 'password'));
  const both = await Promise.allSettled([invitations.use(token, good), invitations.use(token, `${good} 2`)]);
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'], 'only one of two at once');
  assert.equal((await accounts.withPassword('Nigora', good))?.id, id);
  const late = invitations.make(id);
  clock.advance(24 * 3_600_000);
  await assert.rejects(invitations.use(late, good), isProblem('not-found'));
});

test('whoever is not known costs as much work as whoever is', async (t) => {
  const { identity, work } = open(t);
  const { accounts } = identity;
  const { id } = accounts.add({ name: 'nigora' }, cli);
  accounts.add({ name: 'without' }, cli);
  await accounts.setPassword(id, good);
  for (const [name, password] of [
    ['nigora', good],
    ['nigora', 'wrong'],
    ['nobody', good],
    ['without', good],
    ['', ''],
    ['nigora', 'x'.repeat(100_000)],
  ] as const) {
    const before = work.count();
    assert.equal(
      (await accounts.withPassword(name, password))?.id,
      name === 'nigora' && password === good ? id : undefined,
    );
    assert.equal(work.count() - before, 1, `${name} with ${password.length} characters`);
  }
});

test('a password is kept as argon2id with at least 19 MiB and two passes', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'chorsu-trust-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, 'trust.db');
  const identity = openIdentity({ path, clock: fixedClock(0) });
  const { id } = identity.accounts.add({ name: 'nigora' }, cli);
  await identity.accounts.setPassword(id, good);
  const kept = textOf(identity.database.get('SELECT password FROM account')?.['password']);
  const [, memory, passes] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=1\$[^$]{22}\$[^$]{43}$/.exec(kept) ?? [];
  assert.ok(Number(memory) >= 19_456 && Number(passes) >= 2, kept);
  assert.equal((await identity.accounts.withPassword('nigora', good))?.id, id);
  assert.equal(await identity.accounts.withPassword('nigora', `${good} `), undefined);
  identity.close();
});

test('a session ends 30 minutes after it was last seen and 12 hours after the sign-in', (t) => {
  const { identity, clock } = open(t);
  const account = identity.accounts.add({ name: 'nigora', roles: ['dispatcher'], department: 'roads' }, cli);
  const idle = identity.sessions.open(account, 'Firefox').secret;
  const busy = identity.sessions.open(account, 'Chrome').secret;
  const who = identity.authenticate(cookie(busy));
  assert.deepEqual(
    { id: who.id, kind: who.kind, roles: who.roles, department: who.department },
    { id: account.id, kind: 'person', roles: ['dispatcher'], department: 'roads' },
  );
  assert.match(who.session?.csrf ?? '', /^[\w-]{43}$/);
  assert.equal(identity.authenticate(cookie(busy)), who, 'the policy may cache by it');
  for (let minutes = 0; minutes < 12 * 60 - 20; minutes += 20) {
    assert.equal(identity.authenticate(cookie(busy)).id, account.id);
    clock.advance(20 * 60_000);
  }
  assert.equal(identity.authenticate(cookie(idle)).kind, 'anonymous');
  assert.equal(identity.authenticate(cookie(busy)).id, account.id);
  clock.advance(20 * 60_000);
  assert.equal(identity.authenticate(cookie(busy)).kind, 'anonymous');
  assert.deepEqual(identity.sessions.list(account.id), []);
});

test('sessions outlive a restart, and nobody can read them out of the file', (t) => {
  const city = open(t);
  const account = city.identity.accounts.add({ name: 'nigora' }, cli);
  const { secret } = city.identity.sessions.open(account, 'Firefox');
  city.clock.advance(20 * 60_000);
  const { session } = city.identity.authenticate(cookie(secret));
  const again = city.reopen();
  city.clock.advance(20 * 60_000);
  assert.deepEqual(
    again.authenticate(cookie(secret)).session,
    session,
    'its forms go on, and it was seen 20 minutes ago',
  );
  const bytes = readdirSync(join(city.path, '..')).map((name) => readFileSync(join(city.path, '..', name), 'latin1'));
  assert.ok(!bytes.join('').includes(secret));
  assert.equal(statSync(city.path).mode & 0o777, 0o600);
});

test('an account that is disabled, or has other roles, loses its sessions and keys at once', (t) => {
  const { identity } = open(t);
  const { accounts, sessions, keys, authenticate } = identity;
  const account = accounts.add({ name: 'nigora', roles: ['dispatcher'] }, cli);
  const { secret } = sessions.open(account, 'Firefox');
  const key = keys.add({ account: account.id, label: 'script', scope: ['readEntities'] }, account).secret;
  const headers = { authorization: `Bearer ${key}` };
  accounts.change(account.id, { displayName: 'Nigora' }, account);
  assert.equal(authenticate(cookie(secret)).id, account.id, 'a name changes no rights');
  accounts.change(account.id, { roles: ['auditor'] }, cli);
  assert.equal(authenticate(cookie(secret)).kind, 'anonymous');
  assert.deepEqual(authenticate(headers).roles, ['auditor']);
  accounts.change(account.id, { disabled: true }, cli);
  assert.throws(() => authenticate(headers), isProblem('unauthorized'));
  accounts.change(account.id, { disabled: false }, cli);
  assert.deepEqual(authenticate(headers).roles, ['auditor']);
});

test('a session ends for its owner alone, and a new password ends all of them', async (t) => {
  const { identity } = open(t);
  const { accounts, sessions, authenticate } = identity;
  const nigora = accounts.add({ name: 'nigora' }, cli);
  const farrukh = accounts.add({ name: 'farrukh' }, cli);
  const one = sessions.open(nigora, 'Firefox');
  const two = sessions.open(nigora, 'Safari');
  assert.equal(sessions.end(farrukh.id, one.session.id), false);
  assert.equal(sessions.end(nigora.id, one.session.id), true);
  assert.equal(authenticate(cookie(one.secret)).kind, 'anonymous');
  assert.deepEqual(
    sessions.list(nigora.id).map(({ browser }) => browser),
    ['Safari'],
  );
  await accounts.setPassword(nigora.id, good);
  assert.equal(authenticate(cookie(two.secret)).kind, 'anonymous');
});

test('nobody lifts themselves, and the last administrator stays', (t) => {
  const { accounts } = open(t).identity;
  const nigora = accounts.add({ name: 'nigora', roles: ['administrator'] }, cli);
  assert.throws(
    () => accounts.change(nigora.id, { roles: ['administrator', 'auditor'] }, nigora),
    isProblem('forbidden'),
  );
  assert.throws(() => accounts.change(nigora.id, { tenants: 'all' }, nigora), isProblem('forbidden'));
  for (const change of [{ roles: [] }, { disabled: true }])
    assert.throws(() => accounts.change(nigora.id, change, cli), isProblem('conflict'));
  const farrukh = accounts.add({ name: 'farrukh', roles: ['administrator'] }, nigora);
  accounts.change(nigora.id, { disabled: true }, farrukh);
  assert.throws(
    () => accounts.change(farrukh.id, { roles: [] }, cli),
    isProblem('conflict'),
    'a disabled one does not count',
  );
});

test('a key proves its account within its scope and tenants, until it expires or is revoked', (t) => {
  const { identity, clock, work } = open(t);
  const { accounts, keys, authenticate } = identity;
  const service = accounts.add(
    { name: 'dashboards', kind: 'service', roles: ['developer'], tenants: ['north', 'south'] },
    cli,
  );
  const scope = ['writeEntities', 'readEntities'] as const;
  const made = keys.add({ account: service.id, label: 'wall', scope, tenants: ['south', 'west'], days: 30 }, cli);
  const headers = { authorization: `Bearer ${made.secret}` };
  assert.deepEqual(authenticate(headers), {
    id: service.id,
    kind: 'service',
    roles: ['developer'],
    tenants: ['south'],
    scope: ['readEntities', 'writeEntities'],
  });
  assert.equal(work.count(), 0, 'a key needs no slow hash');
  assert.equal(keys.get(made.key.id).usedAt, clock.now());
  for (const wrong of [
    `Bearer ${made.secret.slice(0, -1)}x`,
    `Bearer chorsu_${made.key.id}_${'A'.repeat(43)}`,
    `Bearer ${made.secret} `,
    'Bearer x',
    'Basic eDp5',
    'Digest x',
    '',
  ])
    assert.throws(() => authenticate({ authorization: wrong }), isProblem('unauthorized'), wrong);
  clock.advance(30 * 86_400_000);
  assert.throws(() => authenticate(headers), isProblem('unauthorized'));
  const other = keys.add({ account: service.id, label: 'wall', scope }, cli);
  keys.revoke(other.key.id, cli);
  assert.throws(() => authenticate({ authorization: `Bearer ${other.secret}` }), isProblem('unauthorized'));
  for (const wrong of [{ scope: [] }, { scope: ['managePeople' as const] }, { days: 0 }, { label: ' ' }])
    assert.throws(() => keys.add({ account: service.id, label: 'x', scope, ...wrong }, cli), isProblem('bad-data'));
});

test('what was used is told after a restart, too', (t) => {
  const city = open(t);
  const { id } = city.identity.accounts.add({ name: 'dashboards', kind: 'service' }, cli);
  const { key, secret } = city.identity.keys.add({ account: id, label: 'wall', scope: ['readEntities'] }, cli);
  assert.equal(city.identity.keys.get(key.id).usedAt, undefined);
  city.identity.authenticate({ authorization: `Bearer ${secret}` });
  assert.equal(city.reopen().keys.get(key.id).usedAt, city.clock.now());
});

test('a device proves itself by MQTT and by HTTP, and knows what it speaks of', (t) => {
  const city = open(t);
  const { devices, authenticate, authenticateDevice } = city.identity;
  const { device, secret } = devices.add({ label: 'Kiosk 7', topics: 'air/{id}/', sources: ['air'] }, cli);
  assert.equal(device.topics, `air/${device.id}`);
  const who = authenticateDevice(device.id, secret);
  assert.deepEqual(who, {
    id: device.id,
    kind: 'device',
    roles: [],
    tenants: [],
    sources: ['air'],
    topics: [`air/${device.id}`],
  });
  const basic = Buffer.from(`${device.id}:${secret}`).toString('base64');
  assert.equal(authenticate({ authorization: `Basic ${basic}` }), who);
  assert.equal(authenticate({ authorization: `Bearer chorsu_${device.id}_${secret}` }), who);
  assert.equal(authenticateDevice(device.id, `${secret}x`), undefined);
  for (const topics of ['air/#', '+/x', '$SYS', 'a//b'])
    assert.throws(() => devices.add({ label: 'x', topics }, cli), isProblem('bad-data', 'topics'));
  const again = city.reopen();
  assert.deepEqual(again.authenticateDevice(device.id, secret), who);
  again.devices.revoke(device.id, cli);
  assert.equal(again.authenticateDevice(device.id, secret), undefined);
});

test('the log is told of rights with opaque ids only, once, and of what was changed while there was no log', async (t) => {
  const city = open(t);
  const told: unknown[] = [];
  const tell = (type: string, id: string, record: unknown): Promise<boolean> => {
    told.push([type, id, record]);
    return Promise.resolve(true);
  };
  const { id } = city.identity.accounts.add({ name: 'nigora', displayName: 'Nigora R.', roles: ['auditor'] }, cli);
  await city.identity.notes.flush();
  const { accounts, keys, notes } = city.reopen();
  await notes.tell(tell);
  const record = { kind: 'person', roles: ['auditor'], tenants: [], disabled: false, by: 'system' };
  assert.deepEqual(told, [['account', id, record]]);
  accounts.change(id, { displayName: 'N.' }, cli);
  accounts.change(id, { disabled: true }, { id: 'A1' });
  await notes.flush();
  await notes.flush();
  assert.deepEqual(told.slice(1), [['account', id, { ...record, disabled: true, by: 'A1' }]]);
  accounts.change(id, { disabled: false }, cli);
  const { key } = keys.add({ account: id, label: 'my laptop', scope: ['readEntities'] }, { id });
  keys.revoke(key.id, { id });
  await notes.flush();
  assert.deepEqual(
    told.slice(3).map((note) => (note as [string, string, { revoked: boolean }])[2].revoked),
    [false, true],
  );
  assert.doesNotMatch(JSON.stringify(told), /nigora|laptop/i);
});

test('a name of any length costs no memory: what is counted is its hash', async (t) => {
  const { identity, clock } = open(t);
  const signIn = openSignIn({ accounts: identity.accounts, clock, metrics: createMetrics() });
  const name = 'ж'.repeat(500_000);
  for (let n = 0; n < 8; n++) signIn.demand(name, `192.0.2.${n}`);
  assert.equal(await signIn.check(name, 'x', '192.0.2.1'), undefined);
  assert.throws(() => {
    for (let n = 0; n < 9; n++) signIn.demand('nigora', '198.51.100.7');
  }, isProblem('too-many-requests'));
  signIn.demand('nigora', '198.51.100.8');
});

test('many addresses together cannot keep out whoever has signed in from theirs', async (t) => {
  const { identity, clock } = open(t);
  const { id } = identity.accounts.add({ name: 'nigora' }, cli);
  await identity.accounts.setPassword(id, good);
  const signIn = openSignIn({ accounts: identity.accounts, clock, metrics: createMetrics() });
  signIn.demand('nigora', '198.51.100.7');
  await signIn.check('nigora', good, '198.51.100.7');
  assert.throws(() => {
    for (let n = 0; n < 200; n++) signIn.demand('Nigora', `192.0.2.${n}`);
  }, isProblem('too-many-requests'));
  assert.throws(() => signIn.demand('nigora', '203.0.113.1'), isProblem('too-many-requests'));
  signIn.demand('NIGORA', '198.51.100.7');
});
