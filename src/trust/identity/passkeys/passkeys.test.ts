import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import fc from 'fast-check';
import { fixedClock } from '../../../base/clock.ts';
import { Problem } from '../../../base/problem.ts';
import { openDatabase, type Database } from '../../../store/index.ts';
import { softAuthenticator, type Authenticator } from '../../../../test/fixtures/authenticator.ts';
import { openPasskeys, type Passkeys } from './passkeys.ts';
import { passkeyTables } from './tables.ts';

const origin = 'https://city.example';
const owner = { id: '0123456789', name: 'lola', displayName: 'Lola' };
const clock = fixedClock('2026-11-22T08:00:00Z');
const directory = mkdtempSync(join(tmpdir(), 'chorsu-passkeys-'));
let database: Database;
let passkeys: Passkeys;
let device: Authenticator;
let count = 0;

beforeEach(() => {
  database?.close();
  database = openDatabase(join(directory, `${count++}.db`), [
    'CREATE TABLE account (id TEXT PRIMARY KEY) STRICT',
    passkeyTables,
  ]);
  for (const id of [owner.id, 'other']) database.run('INSERT INTO account (id) VALUES (?)', id);
  passkeys = openPasskeys({ database, clock, cityName: 'City', publicUrl: () => origin });
  device = softAuthenticator(origin);
});
after(() => {
  database.close();
  rmSync(directory, { recursive: true });
});

async function refused(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
  } catch (error) {
    assert.ok(error instanceof Problem, String(error));
    return `${error.kind}: ${error.message}`;
  }
  throw new Error('it was taken');
}
const added = async (): Promise<void> => {
  const options = await passkeys.beginAdding(owner, 'session');
  await passkeys.add(owner.id, 'session', device.create(options), 'Phone');
};
const proven = async (holder = 'browser'): Promise<string> => {
  device.counter++;
  return passkeys.prove(holder, device.get(await passkeys.begin(holder)));
};

test('a passkey that was added proves whose it is, and is listed with its use', async () => {
  await added();
  clock.advance(1000);
  assert.equal(await proven(), owner.id);
  const [passkey] = passkeys.list(owner.id);
  assert.deepEqual([passkey?.label, passkey?.usedAt], ['Phone', clock.now()]);
});

test('the browser is asked for a discoverable credential that checks its owner, and for no attestation', async () => {
  const options = await passkeys.beginAdding(owner, 'session');
  assert.deepEqual([options.rp.id, options.attestation], ['city.example', 'none']);
  assert.equal(options.authenticatorSelection?.residentKey, 'required');
  assert.equal(options.authenticatorSelection?.userVerification, 'required');
  assert.equal(Buffer.from(options.user.id, 'base64url').toString(), owner.id);
  assert.equal((await passkeys.begin('browser')).userVerification, 'required');
  await added();
  assert.equal((await passkeys.beginAdding(owner, 'session')).excludeCredentials?.length, 1);
  assert.equal((await passkeys.begin('browser', owner.id)).allowCredentials?.length, 1);
});

test('a challenge is answered once, by the browser that was asked, in time, for what it was made for', async () => {
  await added();
  device.counter++;
  const asked = await passkeys.begin('browser');
  assert.match(await refused(() => passkeys.prove('another', device.get(asked))), /^forbidden: this was asked/);
  assert.equal(await passkeys.prove('browser', device.get(asked)), owner.id);
  device.counter++;
  assert.match(await refused(() => passkeys.prove('browser', device.get(asked))), /^forbidden: this was asked/);
  const late = await passkeys.begin('browser');
  clock.advance(5 * 60_000);
  assert.match(await refused(() => passkeys.prove('browser', device.get(late))), /^forbidden: this was asked/);
  const adding = await passkeys.beginAdding(owner, 'browser');
  const answer = device.get({ challenge: adding.challenge, rpId: 'city.example' });
  assert.match(await refused(() => passkeys.prove('browser', answer)), /^forbidden: this was asked/);
  assert.equal(await proven(), owner.id);
});

test('another origin, an unchecked owner, another key or another account prove nothing', async () => {
  await added();
  device.origin = 'https://city.example.evil';
  assert.match(await refused(() => proven()), /^forbidden: this passkey proves nothing/);
  device.origin = origin;
  device.verifies = false;
  assert.match(await refused(() => proven()), /^forbidden: this passkey proves nothing/);
  device.verifies = true;
  const stranger = softAuthenticator(origin);
  const asked = await passkeys.begin('browser');
  assert.match(await refused(() => passkeys.prove('browser', stranger.get(asked))), /^forbidden/);
  // With the id of the known one, and its own key.
  const [known] = passkeys.list(owner.id);
  const posed = { ...stranger.get(await passkeys.begin('browser')), id: known?.id, rawId: known?.id };
  assert.match(await refused(() => passkeys.prove('browser', posed)), /^forbidden: this passkey proves nothing/);
  const second = await passkeys.begin('browser', 'other');
  assert.match(await refused(() => passkeys.prove('browser', device.get(second))), /^forbidden: this passkey proves/);
  assert.equal(await proven(), owner.id, 'none of this did it any harm');
});

test('an owner who was not checked adds nothing, nor does another page', async () => {
  device.verifies = false;
  assert.match(await refused(added), /^forbidden/);
  device.verifies = true;
  device.origin = 'https://evil.example';
  assert.match(await refused(added), /^forbidden/);
  assert.deepEqual(passkeys.list(owner.id), []);
});

test('one that counts backwards is a copy, or was copied: it opens nothing any more', async () => {
  await added();
  device.counter = 10;
  assert.equal(await proven(), owner.id);
  device.counter = 5;
  assert.match(await refused(() => proven()), /^forbidden: this passkey has counted backwards/);
  device.counter = 50;
  assert.match(await refused(() => proven()), /^forbidden: this passkey has counted backwards/);
  assert.equal(passkeys.list(owner.id)[0]?.doubtedAt, clock.now());
});

test('one that does not count may say 0 for ever', async () => {
  device.counter = 0;
  await added();
  for (let n = 0; n < 3; n++) {
    assert.equal(await passkeys.prove('browser', device.get(await passkeys.begin('browser'))), owner.id);
  }
});

test('a passkey is named and removed by its owner alone', async () => {
  await added();
  const id = passkeys.list(owner.id)[0]?.id ?? '';
  assert.throws(() => passkeys.rename('other', id, 'Mine'), /no such passkey/);
  assert.throws(() => passkeys.remove('other', id), /no such passkey/);
  assert.throws(() => passkeys.rename(owner.id, id, ' '), /1 to 60/);
  passkeys.rename(owner.id, id, ' Key ring ');
  assert.equal(passkeys.list(owner.id)[0]?.label, 'Key ring');
  passkeys.remove(owner.id, id);
  assert.deepEqual(passkeys.list(owner.id), []);
  assert.match(await refused(() => proven()), /^forbidden/);
});

test('whatever is sent for an answer is refused with a Problem', async () => {
  await added();
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), async (any, inner) => {
      const { challenge } = await passkeys.begin('browser');
      const clientDataJSON = Buffer.from(JSON.stringify({ type: 'webauthn.get', origin, challenge })).toString(
        'base64url',
      );
      const id = passkeys.list(owner.id)[0]?.id;
      for (const sent of [
        any,
        { response: any },
        { id, rawId: id, type: 'public-key', response: { clientDataJSON, authenticatorData: inner, signature: any } },
      ])
        assert.match(await refused(() => passkeys.prove('browser', sent)), /^(forbidden|bad-data)/);
    }),
    { numRuns: 50 },
  );
});

test('an address is no name that a passkey can be bound to', () => {
  const at = (url: string): string | undefined =>
    openPasskeys({ database, clock, cityName: 'City', publicUrl: () => url }).hindrance();
  assert.deepEqual(
    ['https://city.example', 'http://localhost:8080', 'http://127.0.0.1:8080', 'https://[::1]'].map(at),
    [undefined, undefined, 'address', 'address'],
  );
});
