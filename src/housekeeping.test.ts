import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestCity } from '../test/fixtures/testCity.ts';
import { silentLog } from './base/log.ts';
import { systemClock } from './base/clock.ts';
import { keepHouse } from './housekeeping.ts';
import { systemPrincipal } from './http/principal.ts';

const iri = (name: string): string => `https://uri.etsi.org/ngsi-ld/default-context/${name}`;
const dayMs = 86_400_000;

test('values go when their source’s retention is over, others stay, the current value stays', async (t) => {
  const city = await openTestCity();
  t.after(() => city.close());
  const declare = (id: string, retentionDays: number | null): void =>
    city.ingest.declare({
      id,
      name: { en: id },
      purpose: { en: 'a test' },
      owner: { en: 'a test' },
      legalBasis: { en: 'none needed' },
      retentionDays,
      personal: 'none',
      granularity: 'station',
      kind: 'simulator',
      simulated: false,
      expectedEveryS: null,
    });
  declare('short', 30);
  declare('good', null);
  const now = systemClock.now();
  const values = async (id: string, type: string, source: string): Promise<() => Promise<number[]>> => {
    for (const [value, daysAgo] of [
      [1, 400],
      [2, 31],
      [3, 29],
      [4, 1],
    ] as const) {
      const observedAt = new Date(now - daysAgo * dayMs).toISOString();
      await city.ingest.accept(source, [
        { id, type: [iri(type)], attrs: { [iri('level')]: [{ type: 'Property', value, observedAt }] } },
      ]);
    }
    return async () => {
      const { entities } = await city.broker.history(systemPrincipal, 0, [id], { timeproperty: 'observedAt' });
      const series = entities[0]?.attrs.find(({ name }) => name === iri('level'));
      return (series?.instances ?? []).map(({ value }) => Number(value)).sort((a, b) => a - b);
    };
  };
  const short = await values('urn:ngsi-ld:Short:1', 'Short', 'short');
  const good = await values('urn:ngsi-ld:Good:1', 'Good', 'good');
  assert.deepEqual(await short(), [1, 2, 3, 4]);
  // Twice: the second round meets sealed days.
  for (let round = 0; round < 2; round++) {
    const { store, history, ingest } = city;
    await keepHouse({ store, history, ingest, followers: new Map(), clock: systemClock, log: silentLog });
    assert.deepEqual(await short(), [3, 4]);
    assert.deepEqual(await good(), [1, 2, 3, 4]);
  }
  const { entity } = await city.broker.get(systemPrincipal, 0, 'urn:ngsi-ld:Short:1');
  assert.equal(entity.attrs[iri('level')]?.[0]?.value, 4);
});
