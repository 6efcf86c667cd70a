import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { fixedClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { systemPrincipal } from '../../http/index.ts';
import { openTestCity } from '../../../test/fixtures/testCity.ts';
import { namuna } from '../../city/index.ts';
import { alarmOf, alertDelta } from './entity.ts';
import { openAlarms } from './index.ts';
import { states, transitions, type Finding } from './schema.ts';

const clock = fixedClock('2026-11-22T08:00:00Z');
const city = await openTestCity({}, clock);
after(() => city.close());
const alarms = openAlarms({
  broker: city.broker,
  rows: city.store.rows,
  city: namuna(),
  clock,
  log: silentLog,
  nameOf: (id) => id,
  permits: () => true,
});
const minute = 60_000;

const finding = (kind: 'raise' | 'clear', minutes: number, more: Partial<Finding> = {}): Finding => ({
  kind,
  rule: 'pressure',
  version: 1,
  entity: 'urn:ngsi-ld:Pump:3',
  at: clock.now() + minutes * minute,
  priority: 2,
  title: { en: '{name}: {value}, limit {limit}, {district}', ru: '{name}: {value}, предел {limit}, {district}' },
  attribute: 'pressure',
  value: 0.4,
  unitCode: 'BAR',
  limit: 2,
  simulated: true,
  ...more,
});

async function take(findings: readonly Finding[]): Promise<number> {
  const ids = [...(await alarms.ids(findings)), ...findings.map(({ entity }) => entity)];
  const { seq } = await city.broker.amend(systemPrincipal, 0, ids, { by: 'rules' }, (looked, at) =>
    alarms.decide(findings, looked, at),
  );
  return seq;
}
const rows = (rule: string) =>
  city.store.rows.all('SELECT id, state, active, raised_count, title, district FROM alarm WHERE rule = ?', [rule]);
const counted = async (sql: string): Promise<number> => Number((await city.store.rows.get(sql))?.['n']);

test('a finding becomes an alarm with the words of its subject; found again it counts, the same one never makes two', async () => {
  await city.broker.record(
    systemPrincipal,
    0,
    [
      {
        id: 'urn:ngsi-ld:Pump:3',
        type: ['https://uri.etsi.org/ngsi-ld/default-context/Pump'],
        attrs: {
          'https://uri.etsi.org/ngsi-ld/default-context/pressure': [{ type: 'Property', value: 0.4 }],
        },
        atBirth: {
          'https://uri.etsi.org/ngsi-ld/default-context/name': [
            { type: 'LanguageProperty', value: { en: 'Pump 3', ru: 'Насос 3' } },
          ],
          'https://uri.etsi.org/ngsi-ld/location': [
            { type: 'GeoProperty', value: { type: 'Point', coordinates: [...namuna().center] } },
          ],
        },
        simulated: true,
      },
    ],
    { by: 'test' },
  );
  await take([finding('raise', 0)]);
  await take([finding('raise', 0)]);
  const [row, second] = await rows('pressure');
  assert.equal(second, undefined);
  const title = JSON.parse(String(row?.['title'])) as Record<string, string>;
  assert.match(title['ru'] ?? '', /^Насос 3: 0,4\u00a0бар, предел 2\u00a0бар, \S+/u);
  assert.match(title['en'] ?? '', /^Pump 3: 0.4\u00a0bar/);
  assert.doesNotMatch(title['ru'] ?? '', /[{}]|–/);
  assert.deepEqual([row?.['state'], row?.['raised_count']], ['raised', 1]);

  await take([finding('clear', 5), finding('clear', 6), finding('raise', 7)]);
  const [again] = await rows('pressure');
  assert.deepEqual([again?.['state'], again?.['active'], again?.['raised_count']], ['raised', 1, 2]);
  assert.equal(await counted("SELECT count(*) AS n FROM alarm_step WHERE step <> 'note'"), 3);

  const answer = await city.fetch('/entities?type=Alert&options=keyValues');
  const [alert] = (await answer.json()) as Record<string, unknown>[];
  assert.deepEqual(
    [alert?.['severity'], alert?.['state'], alert?.['category'], alert?.['alertSource'], alert?.['simulated']],
    ['high', 'raised', 'infrastructure', 'urn:ngsi-ld:Pump:3', true],
  );
});

test('what is cleared without ever having been raised changes nothing', async () => {
  assert.equal(await take([finding('clear', 9, { rule: 'never' })]), 0);
});

test('in whatever order findings come and however they are cut into records, none is lost and at most one alarm is open', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom('raise' as const, 'clear' as const), fc.nat(3), fc.boolean()), {
        minLength: 1,
        maxLength: 12,
      }),
      async (story) => {
        const rule = `story${++run}`;
        let batch: Finding[] = [];
        const count = new Map<string, number>();
        for (const [n, [kind, subject, cut]] of story.entries()) {
          const entity = `urn:ngsi-ld:Lamp:${subject}`;
          batch.push(finding(kind, n, { rule, entity }));
          if (kind === 'raise') count.set(entity, (count.get(entity) ?? 0) + 1);
          if (cut || n === story.length - 1) {
            await take(batch);
            batch = [];
          }
        }
        const made = await city.store.rows.all('SELECT subject, raised_count, state FROM alarm WHERE rule = ?', [rule]);
        assert.deepEqual(new Map(made.map((row) => [String(row['subject']), Number(row['raised_count'])])), count);
        assert.equal(made.length, count.size);
      },
    ),
    { numRuns: 40 },
  );
});

test('an alarm reads back from its entity as it was', async () => {
  const { entities } = await city.broker.query(systemPrincipal, 0, {}, { limit: 200, offset: 0 });
  const some = entities.map(alarmOf).filter((alarm) => alarm !== undefined);
  assert.ok(some.length > 0);
  for (const alarm of some) {
    const delta = alertDelta(undefined, alarm, '2026-11-22T08:00:00.000Z');
    assert.ok(delta.op === 'put');
    assert.deepEqual(alarmOf(delta.entity), alarm);
  }
});

test('every state has its row in the table of steps, and nothing leaves closed', () => {
  assert.deepEqual(Object.keys(transitions), [...states]);
  assert.deepEqual(transitions.closed, { note: 'closed' });
});
