/** What a whole run writes down: nothing of who asked, and no line that somebody else has written. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsonLog } from '../../src/base/log.ts';
import { openPlatform, type Platform } from '../../src/platform.ts';
import { victim } from './victim.ts';

const password = 'three lamps over a bazaar';
const system = { id: 'system' };
/** Personal, or secret; each is sent through some door below. */
const given = {
  name: 'zarina.karimova',
  displayName: 'Зарина Каримова',
  wrongPassword: 'my other password 77',
  address: '203.0.113.77',
  host: 'phone-of-zarina.example',
  agent: 'Mozilla/5.0 (Zarina; 7f3a)',
  place: '68.7771122',
  phone: '+992901234567',
};

let directory: string;
let city: Platform;
const lines: string[] = [];
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chorsu-logs-'));
  city = await openPlatform(
    {
      host: '127.0.0.1',
      port: 0,
      mqttHost: '127.0.0.1',
      mqttPort: 0,
      data: join(directory, 'city'),
      city: 'dushanbe',
      demo: false,
      mappings: [],
      historyMemoryMb: 256,
      temporalPage: 20_000,
      auth: 'on',
      trustedProxies: ['127.0.0.1'],
    },
    { log: jsonLog({ level: 'debug', write: (line) => void lines.push(line) }) },
  );
});
after(() => rm(directory, { recursive: true, force: true }));

test('addresses, names, words, cookies and keys of a whole run stand in no line, and no line is forged', async () => {
  const { id } = city.identity.accounts.add(
    { name: given.name, displayName: given.displayName, roles: ['utility-engineer'] },
    system,
  );
  await city.identity.accounts.setPassword(id, password);
  const { secret: key } = city.identity.keys.add({ account: id, label: 'meter', scope: ['writeEntities'] }, system);
  const device = city.identity.devices.add({ label: 'kiosk' }, system);
  const headers = {
    'x-forwarded-for': given.address,
    'user-agent': given.agent,
    referer: `http://${given.host}/`,
  };
  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(city.url + path, {
      ...init,
      redirect: 'manual',
      headers: { ...headers, ...(init.headers as Record<string, string>) },
    });
  const login = (word: string): Promise<Response> =>
    ask('/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: given.name, password: word }),
    });
  await login(given.wrongPassword);
  const entered = await login(password);
  assert.equal(entered.status, 204);
  const cookie = entered.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const session = cookie.split('=')[1] ?? '';
  assert.ok(session.length > 20);
  await ask('/en/account', { headers: { cookie } });
  await ask('/en/nothing-here?name=' + encodeURIComponent(given.displayName), { headers: { cookie } });
  await ask(`/api/search?q=${encodeURIComponent(given.displayName)}`);
  await ask(`/api/transit/stops?near=${given.place},38.5`);
  await ask(`/ngsi-ld/v1/entities?type=A&q=${encodeURIComponent(`a=="${given.phone}"`)}`);
  const write = (body: string): Promise<Response> =>
    ask('/ngsi-ld/v1/entities', {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body,
    });
  await write(
    JSON.stringify({ id: 'urn:ngsi-ld:Pump:9', type: 'Pump', note: { type: 'Property', value: given.phone } }),
  );
  await write(`{"id": "${given.phone}`);
  await ask('/ngsi-ld/v1/entities', { headers: { authorization: `Bearer ${key}x` } });
  await ask('/api/ingest/none', { method: 'POST', body: given.phone });
  await ask('/ngsi-ld/v1/%zz', {});
  const form = new FormData();
  form.append('file', new Blob([`a,b\n${given.phone},2`]), `${given.name}.csv`);
  await ask('/en/imports', { method: 'POST', body: form, headers: { cookie } });
  const attacked = victim(city);
  await attacked.send(`GET /${given.name} HTTP/1.1\r\nHost: ${given.host}\r\n\r\n`);
  await attacked.send(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${given.name}\n{"at":"forged"}\r\n\r\n`);
  await attacked.stands();
  await city.stop();

  const log = lines.join('');
  assert.ok(lines.length >= 3);
  for (const [what, word] of Object.entries({ ...given, password, session, key, device: device.secret }))
    assert.ok(!log.includes(word), `${what} is in the log: ${lines.find((line) => line.includes(word))}`);
  assert.doesNotMatch(log, /127\.0\.0\.1:\d+.*(?:remote|client|peer)/);
  for (const line of lines) {
    const told = JSON.parse(line) as { at: string; level: string; message: string };
    assert.match(told.at, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.doesNotMatch(line.trimEnd(), /[\n\r]/);
  }
});
