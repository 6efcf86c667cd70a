import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { fixedClock } from '../../../base/clock.ts';
import { countedIds } from '../../../base/ids.ts';
import { createMetrics } from '../../../base/metrics.ts';
import { anonymousPrincipal, outbound, systemPrincipal, type Principal } from '../../../http/index.ts';
import { softAuthenticator } from '../../../../test/fixtures/authenticator.ts';
import type { Account } from '../accounts.ts';
import { stepAt, totpCode } from '../codes/totp.ts';
import { freshMs, freshSession } from '../fresh.ts';
import { openIdentity, type Identity } from '../identity.ts';
import { parseOidcSettings } from '../oidc/settings.ts';
import { openSignOn, type Entered, type SignOn, type Visitor } from './signOn.ts';

const origin = 'https://city.example';
const clock = fixedClock('2026-11-22T08:00:00Z');
const directory = mkdtempSync(join(tmpdir(), 'chorsu-sign-on-'));
const visitor: Visitor = { holder: 'browser', browser: 'Firefox', who: anonymousPrincipal };
let count = 0;
let identity: Identity;
let signOn: SignOn;
let clerk: Account;
let head: Account;

const opened = (oidc: object = {}): SignOn =>
  openSignOn({
    identity,
    clock,
    newId: countedIds('x'),
    cityName: 'City',
    publicUrl: () => origin,
    permits: ({ roles }, action) => action === 'managePeople' && roles.includes('administrator'),
    outbound: outbound({ version: '0', clock, metrics: createMetrics() }),
    oidc: parseOidcSettings(
      Buffer.from(JSON.stringify({ issuer: 'https://login.example', clientId: 'c', label: 'L', ...oidc })),
      () => '',
    ),
  });

beforeEach(() => {
  identity?.close();
  identity = openIdentity({ path: join(directory, `${count++}.db`), clock, newId: countedIds('a') });
  signOn = opened();
  clerk = identity.accounts.add({ name: 'clerk', roles: ['intake-clerk'] }, systemPrincipal);
  head = identity.accounts.add({ name: 'head', roles: ['administrator'] }, systemPrincipal);
});
after(() => {
  identity.close();
  rmSync(directory, { recursive: true });
});

const whoIn = (entered: Entered): Principal => {
  assert.equal(entered.next, 'in');
  const who = entered.next === 'in' ? identity.sessions.find(entered.secret) : undefined;
  assert.ok(who);
  return who;
};
const withApp = (account: Account): Uint8Array => {
  const secret = signOn.codes.newSecret();
  signOn.codes.setApp(account.id, secret, totpCode(secret, stepAt(clock.now())));
  clock.advance(60_000);
  return secret;
};

test('a password alone opens a session where no weighty right hangs on it', () => {
  const who = whoIn(signOn.first(clerk, visitor));
  assert.deepEqual([who.id, who.roles, who.session?.due], [clerk.id, ['intake-clerk'], undefined]);
});

test('whose rights reach people has no rights until there is a second factor, and keeps that over a restart', () => {
  const entered = signOn.first(head, visitor);
  const who = whoIn(entered);
  assert.deepEqual([who.id, who.roles, who.session?.due], [head.id, [], 'second-factor']);
  assert.throws(() => freshSession(who, clock.now()), { kind: 'unauthorized', message: /second factor/ });
  identity.close();
  identity = openIdentity({ path: join(directory, `${count - 1}.db`), clock });
  assert.deepEqual(whoIn(entered).roles, []);
  signOn = opened();
  withApp(head);
  const renewed = whoIn(signOn.renew({ ...visitor, who: whoIn(entered) }));
  assert.deepEqual([renewed.roles, renewed.session?.due], [['administrator'], undefined]);
  assert.equal(entered.next === 'in' && identity.sessions.find(entered.secret), undefined, 'the old one has ended');
});

test('who has a second factor is asked for it, and a wrong code may be mended', () => {
  const secret = withApp(clerk);
  assert.deepEqual(signOn.first(clerk, visitor), { next: 'second' });
  assert.throws(() => signOn.second('000000', visitor), { kind: 'bad-data', field: 'code' });
  const code = totpCode(secret, stepAt(clock.now()));
  assert.throws(() => signOn.second(code, { ...visitor, holder: 'another' }), { kind: 'unauthorized' });
  assert.equal(whoIn(signOn.second(code, visitor)).id, clerk.id);
  assert.throws(() => signOn.second(code, visitor), { kind: 'unauthorized' }, 'the first step is used up');
  signOn.first(clerk, visitor);
  assert.throws(() => signOn.second(code, visitor), { kind: 'bad-data' }, 'so is the code');
});

test('the second step waits ten minutes, and an account closed meanwhile stays closed', () => {
  const secret = withApp(clerk);
  signOn.first(clerk, visitor);
  clock.advance(10 * 60_000);
  assert.throws(() => signOn.second(totpCode(secret, stepAt(clock.now())), visitor), { kind: 'unauthorized' });
  signOn.first(clerk, visitor);
  identity.accounts.change(clerk.id, { disabled: true }, systemPrincipal);
  assert.throws(() => signOn.second(totpCode(secret, stepAt(clock.now())), visitor), { kind: 'forbidden' });
});

test('a passkey is two factors in one, and does not open a closed account', async () => {
  const device = softAuthenticator(origin);
  await signOn.passkeys.add(head.id, 's', device.create(await signOn.passkeys.beginAdding(head, 's')), 'Key');
  assert.deepEqual(signOn.first(head, visitor), { next: 'second' }, 'a password alone no longer suffices');
  const prove = async (): Promise<Entered> => {
    device.counter++;
    return signOn.byPasskey(device.get(await signOn.passkeys.begin(visitor.holder)), visitor);
  };
  assert.deepEqual(whoIn(await prove()).roles, ['administrator']);
  identity.accounts.add({ name: 'other', roles: ['administrator'] }, systemPrincipal);
  identity.accounts.change(head.id, { disabled: true }, systemPrincipal);
  await assert.rejects(prove, { kind: 'forbidden' });
});

test('who has lost everything is freed of it by somebody else, and the log is told', async () => {
  const device = softAuthenticator(origin);
  await signOn.passkeys.add(clerk.id, 's', device.create(await signOn.passkeys.beginAdding(clerk, 's')), 'Key');
  withApp(clerk);
  signOn.codes.print(clerk.id);
  const before = identity.sessions.open(clerk, 'Firefox');
  assert.throws(() => identity.factors.remove(clerk.id, clerk), { kind: 'forbidden' });
  assert.throws(() => identity.factors.remove('nobody', head), { kind: 'not-found' });
  assert.equal(signOn.hasSecond(clerk.id), true);
  identity.factors.remove(clerk.id, head);
  assert.deepEqual([signOn.hasSecond(clerk.id), signOn.codes.of(clerk.id).printedLeft], [false, 0]);
  assert.equal(identity.sessions.find(before.secret), undefined);
  const told: unknown[] = [];
  await identity.notes.tell((_, id, record) => Promise.resolve(told.push([id, record])));
  assert.deepEqual(told.at(-1), [clerk.id, { factors: 'removed', by: head.id }]);
});

test('signing in ends the session that the browser had', () => {
  const before = signOn.first(clerk, visitor);
  const who = whoIn(before);
  whoIn(signOn.first(clerk, { ...visitor, who }));
  assert.equal(before.next === 'in' && identity.sessions.find(before.secret), undefined);
});

test('whom the city does not know is refused, or becomes an account without more than the mapping gives', () => {
  const person = { issuer: 'https://login.example', subject: 'p-1' };
  assert.equal(signOn.accountOf(person), 'unknown');
  signOn = opened({ unknown: 'create' });
  const made = signOn.accountOf({ ...person, displayName: 'Lola' });
  assert.ok(typeof made === 'object');
  assert.deepEqual([made.roles, made.displayName, made.hasPassword], [[], 'Lola', false]);
  assert.deepEqual(signOn.accountOf(person), made, 'the same person is the same account');
  const other = signOn.accountOf({ ...person, issuer: 'https://other.example', displayName: 'Lola' });
  assert.ok(typeof other === 'object' && other.id !== made.id, 'another issuer is another person, whatever the name');
  const follows = signOn.accountOf({ ...person, roles: ['dispatcher'] });
  assert.ok(typeof follows === 'object');
  assert.deepEqual(follows.roles, ['dispatcher']);
  identity.accounts.change(made.id, { disabled: true }, systemPrincipal);
  assert.equal(signOn.accountOf(person), 'closed');
});

test('roles of an account that was there before its link are given by hand alone', () => {
  const person = { issuer: 'https://login.example', subject: 'p-1' };
  signOn.links.add(person, clerk.id, false);
  const found = signOn.accountOf({ ...person, roles: ['administrator'] });
  assert.ok(typeof found === 'object');
  assert.deepEqual(found.roles, ['intake-clerk']);
  assert.throws(() => signOn.links.add(person, head.id, false), { kind: 'already-exists' });
  assert.throws(() => signOn.links.add({ ...person, subject: 'p-2' }, clerk.id, false), { kind: 'already-exists' });
  signOn.links.remove(clerk.id, person.issuer);
  assert.equal(signOn.accountOf(person), 'unknown');
});

test('what weighs something asks again after a quarter of an hour, and never takes a key for a person', () => {
  const who = whoIn(signOn.first(clerk, visitor));
  freshSession(who, clock.now() + freshMs - 1);
  assert.throws(() => freshSession(who, clock.now() + freshMs), { kind: 'unauthorized', field: 'session' });
  const { session: _, ...key } = who;
  assert.throws(() => freshSession(key, clock.now()), { kind: 'forbidden' });
  assert.throws(() => freshSession(anonymousPrincipal, clock.now()), { kind: 'unauthorized' });
  freshSession(systemPrincipal, clock.now());
});
