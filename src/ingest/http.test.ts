import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openTestCity, type TestCity } from '../../test/fixtures/testCity.ts';
import { systemClock } from '../base/clock.ts';
import { anonymousPrincipal, type Principal } from '../http/index.ts';
import { openPolicy } from '../trust/index.ts';
import type { SourceReport } from './schema.ts';

const device: Principal = { id: 'air-1', kind: 'device', roles: [] };
const directory = mkdtempSync(join(tmpdir(), 'chorsu-senders-'));
let city: TestCity;
before(async () => {
  const source = (id: string): object => {
    const text = { en: id };
    return {
      id,
      name: text,
      kind: 'http',
      owner: text,
      purpose: text,
      legalBasis: text,
      retentionDays: 1,
      personal: 'none',
      granularity: 'place',
    };
  };
  const file = join(directory, 'mapping.json');
  writeFileSync(file, JSON.stringify({ sources: [source('air'), source('water')], mappings: [] }));
  city = await openTestCity(
    { mappings: [file] },
    systemClock,
    {
      ...openPolicy,
      permits: ({ kind }, action, resource) =>
        action === 'readSources' || (kind === 'device' && (!resource || resource.id === 'air')),
    },
    ({ authorization }) => (authorization === 'air-1' ? device : anonymousPrincipal),
  );
});
after(async () => {
  await city.close();
  rmSync(directory, { recursive: true });
});

test('who may send readings of one source may not send those of another', async () => {
  const send = async (source: string, authorization: string): Promise<number> => {
    const headers = { 'content-type': 'application/json', authorization };
    return (await fetch(`${city.url}/api/ingest/${source}`, { method: 'POST', headers, body: '{}' })).status;
  };
  assert.equal(await send('water', 'air-1'), 403);
  assert.equal(await send('air', 'nobody'), 401);
  // It may: what it sends is looked at.
  assert.equal(await send('air', 'air-1'), 400);
});

test('everybody sees how much was refused and why; what it was, those who look after sources', async () => {
  const body = JSON.stringify({ secret: 'Rahimov, +992 900 00 00 00' });
  const headers = { 'content-type': 'application/json', authorization: 'air-1' };
  await fetch(`${city.url}/api/ingest/air?topic=a/b`, { method: 'POST', headers, body });
  const seen = async (authorization: string) => {
    const answer = await fetch(`${city.url}/api/sources`, { headers: { authorization } });
    const { sources } = (await answer.json()) as { sources: SourceReport[] };
    return sources.find(({ source }) => source.id === 'air')?.health;
  };
  const [own, others] = [await seen('air-1'), await seen('nobody')];
  assert.ok(own && own.lastRejects.length > 0);
  assert.deepEqual(others, { ...own, lastRejects: [] });
  assert.ok(others.rejected > 0);
});
