import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { fixedClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { createMetrics } from '../../base/metrics.ts';
import type { Broker, Reading } from '../../broker/index.ts';
import { systemPrincipal } from '../../http/principal.ts';
import { coreContext } from '../../ngsild/index.ts';
import { openTestCity } from '../../../test/fixtures/testCity.ts';
import { openAlarms, type Finding } from '../alarms/index.ts';
import { dryRun } from './dryRun.ts';
import { ruleFollower, type RuleFollower } from './follow.ts';
import type { RuleText } from './parse.ts';
import { openRules, type Rules } from './service.ts';
import { ruleStore } from './store.ts';

const start = Date.parse('2026-11-22T08:00:00Z');
const minute = 60_000;
const iri = (name: string): string => coreContext.expand(name);
const who = { ...systemPrincipal, id: 'ENGINEER' };
const city = await openTestCity({ housekeeping: false });
after(() => city.close());

/** Rules over the city's own broker and tables; what they find is kept in a list. */
async function open(follow: Broker['follow'] = city.broker.follow): Promise<{
  rules: Rules;
  found: string[];
  clock: ReturnType<typeof fixedClock>;
  follower: RuleFollower;
  again(): Promise<RuleFollower>;
}> {
  const clock = fixedClock(start);
  const found: string[] = [];
  const store = ruleStore(city.store.rows);
  const rules = openRules({ store, broker: city.broker, city: city.city, clock, standard: [] });
  await rules.load();
  const alarms = openAlarms({
    ...city,
    rows: city.store.rows,
    clock,
    log: silentLog,
    nameOf: (id) => id,
    permits: () => true,
  });
  let last: readonly Finding[] = [];
  const make = (): RuleFollower =>
    ruleFollower({
      rules,
      store,
      alarms: {
        ids: alarms.ids,
        decide(findings, looked, at) {
          // A decision that is made again is one.
          if (findings !== last) found.push(...findings.map(inWords));
          last = findings;
          return alarms.decide(findings, looked, at);
        },
      },
      broker: { ...city.broker, follow },
      city: city.city,
      clock,
      log: silentLog,
      metrics: createMetrics(),
    });
  const follower = make();
  return {
    rules,
    found,
    clock,
    follower,
    async again() {
      const next = make();
      await next.start();
      return next;
    },
  };
}
const inWords = ({ kind, rule, entity, at, value }: Finding): string =>
  `${kind} ${rule} ${entity.split(':').at(-1)} ${(at - start) / minute}${value === undefined ? '' : ` (${value})`}`;

const reading = (type: string, id: string, at: number, values: Record<string, unknown>): Reading => ({
  id: `urn:ngsi-ld:${type}:${id}`,
  type: [iri(type)],
  attrs: Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      iri(name),
      [
        {
          type: 'Property',
          value: value as number,
          observedAt: new Date(start + at * minute).toISOString(),
        },
      ],
    ]),
  ),
});
const record = (...readings: Reading[]): Promise<unknown> =>
  city.broker.record(systemPrincipal, 0, readings, { by: 'test' });
const ruleOf = (id: string, type: string, when: RuleText['when'], q?: string): RuleText => ({
  id,
  title: { en: '{name}' },
  priority: 2,
  selects: { type, ...(q !== undefined && { q }) },
  when,
});
async function enable(rules: Rules, rule: RuleText): Promise<void> {
  const before = rules.list().find(({ id }) => id === rule.id)?.version ?? 0;
  await rules.set(who, rule, { version: before, why: '' });
  await rules.enable(who, rule.id, true, { version: before + 1, why: 'test' });
}
/** Until the follower has read what was recorded. */
async function until(holds: () => boolean, what: () => unknown): Promise<void> {
  for (let n = 0; !holds(); n++) {
    if (n > 200) assert.fail(JSON.stringify(what()));
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

test('what is over the limit when a rule is switched on is raised at once; later readings clear and raise', async () => {
  const { rules, found, follower } = await open();
  await record(reading('AirA', '1', -5, { pm25: 80 }), reading('AirA', '2', -5, { pm25: 10 }));
  await follower.start();
  await enable(rules, ruleOf('air-a', 'AirA', { kind: 'threshold', attribute: 'pm25', above: 45, clear: 40 }));
  await until(
    () => found.length === 1,
    () => found,
  );
  await record(reading('AirA', '1', 1, { pm25: 42 }), reading('AirA', '2', 1, { pm25: 50 }));
  await record(reading('AirA', '3', 2, { pm25: 99 }));
  await record(reading('AirA', '1', 3, { pm25: 40 }));
  await until(
    () => found.length === 4,
    () => found,
  );
  assert.deepEqual(found, [
    'raise air-a 1 -5 (80)',
    'raise air-a 2 1 (50)',
    'raise air-a 3 2 (99)',
    'clear air-a 1 3 (40)',
  ]);
  assert.deepEqual(follower.stats('air-a'), { entities: 3, raised: 2, late: 0, unusable: 0, unjudged: 0 });
  await record(reading('AirA', '2', 0, { pm25: 1 }));
  await until(
    () => follower.stats('air-a')?.late === 1,
    () => follower.stats('air-a'),
  );
  await city.broker.amend(systemPrincipal, 0, ['urn:ngsi-ld:AirA:3'], { by: 'test' }, (_looked, at) => ({
    entities: [{ op: 'delete', id: 'urn:ngsi-ld:AirA:3', at }],
  }));
  await until(
    () => found.length === 5,
    () => found,
  );
  assert.match(found[4] ?? '', /^clear air-a 3 /, 'what is deleted is not wrong any more');
  await rules.enable(who, 'air-a', false, { version: 2, why: '' });
  await until(
    () => found.length === 6,
    () => found,
  );
  assert.match(found[5] ?? '', /^clear air-a 2 /, 'what was raised by a rule that is off');
  assert.equal(follower.stats('air-a'), undefined);
  await follower.stop();
});

test('a restart goes on where it was, and time that has come is told once', async () => {
  const one = await open();
  const { rules, found, clock } = one;
  await one.follower.start();
  await enable(rules, ruleOf('air-b', 'AirB', { kind: 'threshold', attribute: 'pm25', above: 45, for: 'PT10M' }));
  await enable(rules, ruleOf('still-b', 'AirB', { kind: 'silence', attribute: 'pm25', for: 'PT20M' }));
  await record(reading('AirB', '1', 0, { pm25: 80 }));
  await until(
    () => one.follower.stats('air-b')?.entities === 1,
    () => one.follower.stats('air-b'),
  );
  await one.follower.stop();
  clock.set(start + 9 * minute);
  const two = await one.again();
  await two.tick();
  assert.deepEqual(found, []);
  clock.set(start + 30 * minute);
  await two.tick();
  await two.tick();
  assert.deepEqual(found, ['raise air-b 1 10 (80)', 'raise still-b 1 20']);
  await two.stop();
  const three = await one.again();
  await record(reading('AirB', '1', 31, { pm25: 20 }));
  await until(
    () => found.length === 4,
    () => found,
  );
  assert.deepEqual(
    found.slice(2).toSorted((a, b) => (a < b ? -1 : 1)),
    ['clear air-b 1 31 (20)', 'clear still-b 1 31'],
  );
  await three.stop();
  for (const id of ['air-b', 'still-b']) await rules.enable(who, id, false, { version: 2, why: '' });
});

test('what the query lets go is cleared, and what it lets in is looked at', async () => {
  const { rules, found, follower } = await open();
  await follower.start();
  await enable(
    rules,
    ruleOf('heat-c', 'HeatC', { kind: 'threshold', attribute: 'back', above: 60 }, 'operating==true'),
  );
  await record(reading('HeatC', '1', 0, { back: 70, operating: false }));
  await record(reading('HeatC', '1', 1, { back: 71, operating: true }));
  await until(
    () => found.length === 1,
    () => found,
  );
  await record(reading('HeatC', '1', 2, { operating: false }));
  await until(
    () => found.length === 2,
    () => found,
  );
  assert.equal(found[0], 'raise heat-c 1 1 (71)');
  assert.match(found[1] ?? '', /^clear heat-c 1 /);
  await rules.enable(who, 'heat-c', false, { version: 2, why: '' });
  await follower.stop();
});

test('a dry-run finds in the past what the follower found when it was the present', async () => {
  const { rules, found, clock, follower } = await open();
  await follower.start();
  const rule = ruleOf('level-d', 'GaugeD', {
    kind: 'threshold',
    attribute: 'level',
    above: 5,
    clear: 4,
    for: 'PT7M',
  });
  await enable(rules, rule);
  for (let at = 0; at < 240; at += 3) {
    const level = 4.5 + 1.5 * Math.sin(at / 8) + Math.sin(at * 12.9898);
    await record(reading('GaugeD', '1', at, { level: Number(level.toFixed(2)) }));
    if (at % 30 === 0) {
      clock.set(start + at * minute);
      await follower.tick();
    }
  }
  clock.set(start + 300 * minute);
  await follower.caughtUp(city.lastSeq());
  await follower.tick();
  const { episodes, raised, days } = await dryRun({ broker: city.broker, city: city.city, clock }, who, rule, {
    from: start,
    to: start + 300 * minute,
  });
  const live = found.filter((text) => text.includes('level-d'));
  assert.ok(raised > 2, `only ${raised}`);
  assert.equal(
    days.reduce((sum, day) => sum + day.raised, 0),
    raised,
  );
  assert.deepEqual(
    episodes.flatMap(({ at, clearedAt }) => [at, ...(clearedAt === undefined ? [] : [clearedAt])]),
    live.map((text) => start + Number(text.split(' ')[3]) * minute),
  );
  await rules.enable(who, 'level-d', false, { version: 2, why: '' });
  await follower.stop();
});

test('records that are no longer kept are counted, and everything is looked at as it stands', async () => {
  let hand: Parameters<Broker['follow']>[1] = () => {};
  const { rules, found, follower } = await open((_name, handler) => {
    hand = handler;
    return async () => {};
  });
  await record(reading('AirG', '1', 0, { pm25: 80 }), reading('AirG', '2', 0, { pm25: 10 }));
  await follower.start();
  await enable(rules, ruleOf('air-g', 'AirG', { kind: 'threshold', attribute: 'pm25', above: 45, clear: 30 }));
  await follower.tick();
  assert.deepEqual(found, ['raise air-g 1 0 (80)']);
  await record(reading('AirG', '1', 5, { pm25: 40 }), reading('AirG', '2', 5, { pm25: 90 }));
  await record(reading('AirG', '3', 6, { pm25: 50 }));
  await hand([], { from: 1, to: city.lastSeq(), count: 7 });
  assert.deepEqual(found.slice(1), ['raise air-g 2 5 (90)', 'raise air-g 3 6 (50)'], 'hysteresis is not forgotten');
  assert.equal(follower.missed(), 7);
  await rules.enable(who, 'air-g', false, { version: 2, why: '' });
  await follower.stop();
});

test('two who change a rule at once: the second is told, and every version can be read', async () => {
  const { rules } = await open();
  const rule = ruleOf('both-e', 'E', { kind: 'threshold', attribute: 'a', above: 1 });
  await rules.set(who, rule, { version: 0, why: 'first' });
  await rules.set(who, { ...rule, priority: 1 }, { version: 1, why: 'second' });
  await assert.rejects(rules.set(who, { ...rule, priority: 3 }, { version: 1, why: 'late' }), {
    kind: 'conflict',
  });
  await assert.rejects(rules.set(who, rule, { version: 0, why: 'as new' }), { kind: 'conflict' });
  await assert.rejects(rules.enable(who, 'both-e', true, { version: 2, why: '' }), {
    field: 'why',
  });
  await rules.try(who, 'both-e', { from: start - 86_400_000, to: start });
  await rules.enable(who, 'both-e', true, { version: 2, why: '' });
  const reopened = (await open()).rules;
  assert.deepEqual(
    reopened
      .versions('both-e')
      .map(({ rule: { version, priority, enabled }, by, why }) => [version, priority, enabled, by, why]),
    [
      [3, 1, true, 'ENGINEER', ''],
      [2, 1, false, 'ENGINEER', 'second'],
      [1, 2, false, 'ENGINEER', 'first'],
    ],
  );
  await reopened.enable(who, 'both-e', false, { version: 3, why: '' });
});
