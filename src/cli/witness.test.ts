import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { silentLog } from '../base/log.ts';
import { openPlatform } from '../platform.ts';
import { runCommandLine } from './index.ts';
import { closedSettings } from './reach.ts';
import { verifyCommand } from './verify.ts';
import { witnessCommand } from './witness.ts';
import { EventEmitter } from 'node:events';

const verify = verifyCommand({
  open: () => assert.fail('no directory is opened'),
  deeds: () => ({}),
  signals: new EventEmitter(),
  exitNow: () => {},
});

async function chorsu(...given: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const code = await runCommandLine([verify, witnessCommand], '0.0.0', given, {
    out: (text) => (out += text),
    err: (text) => (err += text),
    interactive: false,
    environment: {},
    now: Date.now,
  });
  return { code, out, err };
}

test(
  'somebody outside watches the log of a city, which shows it; a rewritten log is caught',
  { timeout: 120_000 },
  async (t) => {
    const top = mkdtempSync(join(tmpdir(), 'chorsu-witness-'));
    t.after(() => rmSync(top, { recursive: true }));
    const state = join(top, 'witness');
    const settings = { ...closedSettings(join(top, 'data'), 'namangan'), housekeeping: true };
    const first = await openPlatform(settings, { log: silentLog });
    const unnamed = await chorsu('witness', first.url, '--state', state, '--once');
    assert.equal(unnamed.code, 1);
    assert.match(unnamed.err, /a new witness needs a name/);
    const refused = await chorsu('witness', first.url, '--state', state, '--name', 'uni.example/w1', '--once');
    assert.equal(refused.code, 1, 'the city does not know this witness yet');
    assert.match(refused.err, /no witness of this log has that key/);
    const [, witnessKey = ''] = /Witness key: (\S+)/.exec(refused.err) ?? [];
    assert.match(await (await fetch(`${first.url}/en/log`)).text(), /Not witnessed/);
    await first.stop();

    const city = await openPlatform({ ...settings, witnesses: [witnessKey] }, { log: silentLog });
    const logKey = (await (await fetch(`${city.url}/tlog/key`)).text()).trim();
    const read = (path: string) => fetch(`${city.url}${path}`);
    // The address is another one by now, and the log the same.
    const signed = await chorsu('witness', city.url, '--state', state, '--log-key', logKey, '--once');
    assert.equal(signed.code, 0, signed.err);
    assert.match(signed.out, /^chorsu\/\w{10}: [3-9] entries, contains the \d entries seen before; signed\n$/);
    const page = await (await read('/ru/log')).text();
    assert.match(page, /uni\.example\/w1/);
    assert.doesNotMatch(page, /Без свидетелей/);

    for (const source of [city.url, join(top, 'data')]) {
      const whole = await chorsu('verify', 'log', source, '--log-key', logKey, '--witness', witnessKey);
      assert.equal(whole.code, 0, whole.err);
      assert.match(whole.out, /^whole: \d entries of chorsu\/\w+\nwitnessed by uni\.example\/w1 at 2/);
    }
    const receipt = await read('/api/log/2/receipt');
    assert.match(receipt.headers.get('content-disposition') ?? '', /attachment; filename="chorsu-\w+-2\.tlog-proof"/);
    const file = join(top, 'law.tlog-proof');
    writeFileSync(file, await receipt.text());
    const proven = await chorsu('verify', 'receipt', file, '--log-key', logKey);
    assert.equal(proven.code, 0, proven.err);
    assert.match(proven.out, /^law-pack UZ, version 1 of .*is entry 2 of chorsu\//);
    assert.equal((await chorsu('verify', 'receipt', file)).code, 2, 'nothing is proven without a key');

    assert.equal((await read('/api/log/99/receipt')).status, 404);
    assert.equal((await read('/tlog/tile/0/000.p/999')).status, 404);
    assert.equal(
      (await fetch(`${city.url}/tlog/cosignatures`, { method: 'POST', body: 'x'.repeat(2_000_000) })).status,
      413,
    );
    assert.equal((await fetch(`${city.url}/tlog/cosignatures`, { method: 'POST', body: 'x' })).status, 400);
    await city.stop();

    // Files of the log that are lost are made again of what the city knows: the same log, which the witness believes.
    rmSync(join(top, 'data', 'tlog'), { recursive: true });
    const mended = await openPlatform({ ...settings, witnesses: [witnessKey] }, { log: silentLog });
    const again = await chorsu('verify', 'log', mended.url, '--log-key', logKey);
    assert.equal(
      again.out.split('\n')[0],
      `whole: ${/(\d+) entries/.exec(signed.out)?.[1]} entries of ${logKey.split('+')[0]}`,
    );
    const same = await chorsu('witness', mended.url, '--state', state, '--once');
    assert.match(same.out, /contains the \d entries seen before; signed/, same.err);
    await mended.stop();

    // Another city cannot go on under this one's key.
    rmSync(join(top, 'data'), { recursive: true });
    await assert.rejects(
      openPlatform(settings, { log: silentLog }),
      /is the key of chorsu\/\w+, and this log is chorsu\//,
    );
    rmSync(`${join(top, 'data')}.log.key`);

    // A city that lost its key goes on under another one: the log tells it, and whoever watches refuses.
    const before = await openPlatform({ ...settings, witnesses: [witnessKey] }, { log: silentLog });
    assert.equal((await chorsu('witness', before.url, '--state', join(top, 'w2'), '--name', 'w2', '--once')).code, 1);
    const { port } = new URL(before.url);
    await before.stop();
    rmSync(`${join(top, 'data')}.log.key`);
    const after = await openPlatform({ ...settings, port: Number(port) }, { log: silentLog });
    const key = (await (await fetch(`${after.url}/tlog/key`)).text()).trim();
    assert.match((await chorsu('verify', 'log', after.url, '--log-key', key)).out, /^whole: 5 entries/);
    assert.match(await (await fetch(`${after.url}/en/log`)).text(), /Key of this log<small>chorsu\/\w+ · version 2/);
    const doubts = await chorsu('witness', after.url, '--state', join(top, 'w2'), '--once');
    assert.equal(doubts.code, 1);
    assert.match(doubts.err, /has not signed the checkpoint with a key that is trusted/);
    await after.stop();
  },
);
