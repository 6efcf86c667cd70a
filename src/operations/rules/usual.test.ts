import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { systemPrincipal } from '../../http/principal.ts';
import { coreContext } from '../../ngsild/index.ts';
import { openTestCity } from '../../../test/fixtures/testCity.ts';
import { evaluatorOf } from './evaluator.ts';
import type { Found, State } from './machine.ts';
import { openFollowing, triedOf, type Told } from './following.fixture.ts';
import type { RuleText } from './parse.ts';
import type { Usual } from './schema.ts';
import { usualBook, type Reference } from './usual.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** A Monday, midnight in Dushanbe; no holiday until November. */
const begin = Date.parse('2026-09-13T19:00:00Z');
const hours = 5 * 168;
const end = begin + hours * hourMs;
const city = await openTestCity({ city: 'dushanbe', housekeeping: false });
const following = await openFollowing(city);
after(async () => {
  await following.stop();
  await city.close();
});

const medianOf = (values: readonly number[]): number => {
  const ordered = values.toSorted((a, b) => a - b);
  const n = ordered.length;
  return n % 2 === 1 ? (ordered[(n - 1) / 2] ?? 0) : ((ordered[n / 2 - 1] ?? 0) + (ordered[n / 2] ?? 0)) / 2;
};
/** What is usual, said again in the plainest way. */
function plainly(values: readonly Told[], at: number, weeks: number, atLeast: number): Reference | undefined {
  const hour = Math.floor((at - begin) / hourMs);
  const means = Array.from({ length: weeks }, (_, n) => {
    const from = begin + (hour - 168 * (n + 1)) * hourMs;
    const there = values.filter((one) => one.at >= from && one.at < from + hourMs).map(({ value }) => value);
    return there.length === 0 ? undefined : there.reduce((a, b) => a + b) / there.length;
  }).filter((mean) => mean !== undefined);
  if (means.length < atLeast) return undefined;
  const centre = medianOf(means);
  return { centre, spread: medianOf(means.map((mean) => Math.abs(mean - centre))) };
}
/** What a rule finds of readings that come in this order. */
function findings(when: Usual, taken: readonly Told[], all: readonly Told[]): { found: Found[]; state: State } {
  const evaluator = evaluatorOf(when, 'Asia/Dushanbe');
  const found: Found[] = [];
  let state: State = {};
  for (const { at, value } of taken) {
    const usual = plainly(all, at, when.weeks ?? 8, when.atLeast ?? 4);
    const step = evaluator.step(state, { at, value, ...(usual && { usual }) });
    state = step.state;
    found.push(...step.found);
  }
  // Time has come to the end.
  return { found: [...found, ...evaluator.advance(state, end).found], state };
}
const inWords = (entity: string, found: readonly Found[]): readonly string[] =>
  found.map(({ kind, at }) => `${entity} ${at} ${kind}`).toSorted((a, b) => (a < b ? -1 : 1));
const ruleOf = (id: string, type: string, when: Usual): RuleText => ({
  id,
  title: { en: '{name}' },
  priority: 3,
  selects: { type },
  when,
});

test('a trial says what the rule said live, of any series with readings that are missing and late', async () => {
  let run = 0;
  let raised = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        // Every third hour for five weeks; what is undefined is missing.
        values: fc.array(fc.option(fc.integer({ min: 0, max: 6 }), { freq: 6 }), {
          minLength: hours / 3,
          maxLength: hours / 3,
        }),
        late: fc.array(fc.tuple(fc.nat(hours / 3 - 1), fc.integer({ min: 1, max: 40 })), { maxLength: 12 }),
        side: fc.constantFrom('both', 'above', 'below'),
        held: fc.constantFrom(undefined, 'PT4H'),
        clear: fc.constantFrom(0.5, 2),
      }),
      async ({ values, late, side, held, clear }) => {
        const type = `Usual${++run}`;
        const when: Usual = {
          kind: 'usual',
          attribute: 'flow',
          side,
          mads: 2,
          least: 1.5,
          clear,
          weeks: 4,
          atLeast: 2,
          ...(held !== undefined && { for: held }),
        };
        const inOrder = values.flatMap((value, n): Told[] =>
          value === null ? [] : [{ id: '1', at: begin + 3 * n * hourMs + 60_000, value }],
        );
        // A late reading comes so many readings after its time.
        const arrived = inOrder
          .map((told, n) => ({ told, place: n + (late.find(([which]) => which === n)?.[1] ?? 0) }))
          .toSorted((a, b) => a.place - b.place)
          .map(({ told }) => told);
        const rule = ruleOf(`usual-${run}`, type, when);
        following.clock.set(begin);
        await following.enable(rule);
        following.clock.set(end);
        await following.record(type, 'flow', arrived);

        const entity = `urn:ngsi-ld:${type}:1`;
        const live = findings(when, arrived, inOrder);
        raised += live.found.length;
        assert.deepEqual(following.live(rule.id), inWords(entity, live.found));
        const stats = following.follower.stats(rule.id);
        assert.deepEqual([stats?.late ?? 0, stats?.unjudged ?? 0], [live.state.late ?? 0, live.state.unjudged ?? 0]);
        const tried = await following.try(rule, begin, end);
        const past = findings(when, inOrder, inOrder);
        assert.deepEqual(triedOf(tried), inWords(entity, past.found));
        assert.equal(tried.unjudged, past.state.unjudged ?? 0);
        if (live.state.late === undefined) assert.deepEqual(triedOf(tried), following.live(rule.id));
        await following.disable(rule.id);
      },
    ),
    { numRuns: 12, endOnFailure: true },
  );
  assert.ok(raised > 20, `only ${raised}`);
});

test('holidays are compared with Sundays or left out, and are no example for other days', async () => {
  const iri = coreContext.expand('flow');
  // 2026-09-09 is a holiday of Tajikistan, a Wednesday; weekdays are 10, Sundays 2.
  const holiday = Date.parse('2026-09-08T19:00:00Z');
  const days = Array.from({ length: 50 }, (_, n) => holiday + (n - 42) * dayMs);
  const isSunday = (at: number): boolean => new Date(at + 5 * hourMs).getUTCDay() === 0;
  await city.broker.recordHistory(
    systemPrincipal,
    0,
    days.map((at) => ({
      id: 'urn:ngsi-ld:Holiday:1',
      type: [coreContext.expand('Holiday')],
      attrs: {
        [iri]: [
          {
            type: 'Property',
            value: at === holiday ? 99 : isSunday(at) ? 2 : 10,
            observedAt: new Date(at + 12 * hourMs).toISOString(),
          },
        ],
      },
    })),
    { by: 'test' },
  );
  const ask = async (rest: Partial<Usual>, at: number): Promise<Reference | undefined> => {
    const book = usualBook(
      { kind: 'usual', attribute: 'flow', mads: 3, least: 1, ...rest },
      { broker: city.broker, who: systemPrincipal, city: city.city, attribute: iri },
    );
    await book.load([['urn:ngsi-ld:Holiday:1', at]]);
    return book.of('urn:ngsi-ld:Holiday:1', at);
  };
  const noon = holiday + 12 * hourMs;
  assert.deepEqual(await ask({ weeks: 4 }, noon), { centre: 2, spread: 0 });
  assert.equal(await ask({ weeks: 4, holidays: 'skip' }, noon), undefined);
  assert.deepEqual(await ask({ weeks: 4, atLeast: 3 }, noon + 7 * dayMs), { centre: 10, spread: 0 });
  assert.equal(await ask({ weeks: 4 }, noon + 7 * dayMs), undefined, 'one of the four weeks is the holiday');
  assert.equal(await ask({ weeks: 4 }, noon + hourMs), undefined, 'no reading in that hour');
});

test('a rule that is switched on knows the past', async () => {
  const values = (from: number, to: number, value: (hour: number) => number): Told[] =>
    Array.from({ length: to - from }, (_, n) => ({
      id: '1',
      at: begin + (from + n) * hourMs,
      value: value(from + n),
    }));
  const daily = (hour: number): number => 50 + 30 * Math.sin((hour * Math.PI) / 12) + (hour % 5);
  following.clock.set(begin + 6 * 168 * hourMs);
  await following.record('Known', 'flow', values(0, 6 * 168, daily));
  const rule = ruleOf('known', 'Known', { kind: 'usual', attribute: 'flow', mads: 6, least: 12 });
  await following.enable(rule);
  assert.deepEqual(following.live('known'), []);
  following.clock.set(begin + 7 * 168 * hourMs);
  await following.record(
    'Known',
    'flow',
    values(6 * 168, 6 * 168 + 30, (hour) => daily(hour) + (hour % 168 === 20 ? 25 : 0)),
  );
  const at = begin + (6 * 168 + 20) * hourMs;
  assert.deepEqual(following.live('known'), [
    `urn:ngsi-ld:Known:1 ${at} raise`,
    `urn:ngsi-ld:Known:1 ${at + hourMs} clear`,
  ]);
  const [first] = following.found.filter((one) => one.rule === 'known');
  assert.ok(first?.limit !== undefined && first.limit < (first.value ?? 0));
});
