/** Receipts and signatures of the log that are shown again, changed, or of somewhere else. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { parseVerifier, sha256, verifyReceipt, type Keys } from '../../src/trust/index.ts';
import { openTestCity, type TestCity } from '../fixtures/testCity.ts';
import { victim, type Victim } from './victim.ts';

let city: TestCity;
let elsewhere: TestCity;
let attacked: Victim;
before(async () => {
  city = await openTestCity({ city: 'dushanbe' });
  elsewhere = await openTestCity({ city: 'almaty' });
  attacked = victim(city);
});
after(async () => {
  await city.close();
  await elsewhere.close();
});

const read = async ({ url }: TestCity, path: string): Promise<string> => {
  for (let tries = 0; ; tries++) {
    const answer = await fetch(url + path);
    if (answer.ok) return answer.text();
    // The log is written a moment after the start.
    assert.ok(tries < 100, `${path}: ${answer.status}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};
const keysOf = async (of: TestCity): Promise<Keys> => ({
  log: [parseVerifier(sha256, (await read(of, '/tlog/key')).trim())],
  witnesses: [],
});

test('a receipt proves one entry of one log: changed, mixed or shown to another city it proves nothing', async () => {
  const keys = await keysOf(city);
  const [first, second] = [await read(city, '/api/log/0/receipt'), await read(city, '/api/log/1/receipt')];
  assert.equal(verifyReceipt(first, keys).index, 0);
  assert.throws(() => verifyReceipt(first, { log: [], witnesses: [] }));
  const others = await keysOf(elsewhere);
  assert.throws(() => verifyReceipt(first, others), 'of another city');
  const [ours, theirs] = [first.split('\n'), second.split('\n')];
  let mixed = 0;
  for (const [at, line] of ours.entries()) {
    const other = theirs[at];
    if (other === undefined || other === line) continue;
    mixed++;
    assert.throws(() => verifyReceipt(ours.with(at, other).join('\n'), keys), `line ${at} of another receipt`);
  }
  assert.ok(mixed >= 2);
  for (let at = 0; at < first.length; at += 7) {
    const was = first[at] ?? '';
    const changed = first.slice(0, at) + (was === 'A' ? 'B' : 'A') + first.slice(at + 1);
    assert.throws(() => verifyReceipt(changed, keys), `character ${at}`);
  }
  assert.throws(() => verifyReceipt(first.slice(0, -20), keys));
  await attacked.stands();
});

test('nobody outside makes the log say more: foreign and repeated signatures are refused', async () => {
  const checkpoint = await read(city, '/tlog/checkpoint');
  const foreign = await read(elsewhere, '/tlog/checkpoint');
  const before = await read(city, '/api/log');
  for (const body of [
    checkpoint,
    foreign,
    `${checkpoint}${checkpoint}`,
    '',
    '\n\n',
    checkpoint.replace(/\d+/, '999999999'),
    'x'.repeat(100_000),
  ]) {
    const answer = await fetch(`${city.url}/tlog/cosignatures`, { method: 'POST', body });
    assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status}`);
  }
  assert.deepEqual(JSON.parse(await read(city, '/api/log')).witnessed, JSON.parse(before).witnessed);
  for (const index of ['-1', '1e3', '999999999999999', '0x1', '1%2f..%2f0', '%00'])
    assert.ok([400, 404].includes((await fetch(`${city.url}/api/log/${index}/receipt`)).status), index);
  await attacked.stands();
});
