import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { evaluatorOf } from './evaluator.ts';
import type { Found, Observed, State } from './machine.ts';
import type { When } from './schema.ts';

const minute = 60_000;

/**
 * `0:12 5:60` are readings at minutes; `5` alone is one that is no number; `20!` is time that has come. `0:12~10` is read
 * where 10 with a spread of 2 is usual.
 */
function run(when: When, text: string, state: State = {}): { state: State; found: string } {
  const evaluator = evaluatorOf(when, 'Asia/Dushanbe');
  const found: Found[] = [];
  let now = state;
  for (const word of text.split(' ')) {
    const [at = '', told] = word.split(':');
    const [value, centre] = told?.split('~') ?? [];
    const step = at.endsWith('!')
      ? evaluator.advance(now, Number(at.slice(0, -1)) * minute)
      : evaluator.step(now, {
          at: Number(at) * minute,
          ...(value !== undefined && { value: Number(value) }),
          ...(centre !== undefined && { usual: { centre: Number(centre), spread: 2 } }),
        });
    now = step.state;
    found.push(...step.found);
  }
  return { state: now, found: found.map(({ kind, at }) => `${kind} ${at / minute}`).join(', ') };
}
const threshold = (rest: object): When => ({ kind: 'threshold', attribute: 'a', ...rest });

test('a threshold raises when a value is over it and clears when it is back', () => {
  assert.equal(run(threshold({ above: 50 }), '0:40 1:50 2:51 3:99 4:50 5:60').found, 'raise 2, clear 4, raise 5');
  assert.equal(run(threshold({ below: 1.5 }), '0:2 1:1 2:1.5').found, 'raise 1, clear 2');
});

test('hysteresis keeps it raised until the value is back at the clear limit', () => {
  assert.equal(run(threshold({ above: 50, clear: 40 }), '0:60 1:45 2:55 3:40 4:45').found, 'raise 0, clear 3');
  assert.equal(run(threshold({ below: 10, clear: 12 }), '0:9 1:11 2:12').found, 'raise 0, clear 2');
});

test('what has to last is raised at its instant, unless a reading says otherwise before', () => {
  const when = threshold({ above: 50, for: 'PT10M' });
  assert.equal(run(when, '0:60 9:40 10:60 15:61').found, '');
  assert.equal(run(when, '0:60 12:40').found, 'raise 10, clear 12', 'the next reading tells');
  assert.equal(run(when, '0:60 9! 10! 30! 35:1').found, 'raise 10, clear 35', 'a timer tells, once');
  assert.equal(run(when, '0:60 10:70').found, 'raise 10');
});

test('a reading that the timer was too early for clears at the instant of the alarm', () => {
  assert.equal(run(threshold({ above: 50, for: 'PT10M' }), '0:60 10! 8:1').found, 'raise 10, clear 10');
});

test('late readings raise and clear nothing and are counted, as are those that are no numbers', () => {
  const { state, found } = run(threshold({ above: 50 }), '5:60 3:1 4:99 6 7:70');
  assert.equal(found, 'raise 5');
  assert.deepEqual([state.late, state.unusable], [2, 1]);
});

test('silence is found when nothing was read for so long, and over with the next reading', () => {
  const when: When = { kind: 'silence', attribute: 'a', for: 'PT30M' };
  assert.equal(run(when, '0! 100!').found, '', 'what never had a reading is not silent');
  assert.equal(run(when, '0:1 20 40 69! 70! 90!').found, 'raise 70');
  assert.equal(run(when, '0:1 45:1 60! 75!').found, 'raise 30, clear 45, raise 75');
});

test('a rate is measured over the window, not between two readings that stand close', () => {
  const rises: When = { kind: 'change', attribute: 'a', rises: 6, within: 'PT60M' };
  assert.equal(run(rises, '0:0 1:5').found, '');
  assert.equal(run(rises, '0:0 20:1 40:5').found, 'raise 40');
  assert.equal(run(rises, '0:0 40:5 60:5 90:5').found, 'raise 40, clear 60');
  const falls: When = { kind: 'change', attribute: 'a', falls: 6, clear: 1, within: 'PT60M' };
  assert.equal(run(falls, '0:10 40:5 60:5 90:5 120:5').found, 'raise 40, clear 90');
  assert.equal(run(rises, '0:0 90:100').found, '', 'what stands before the window is forgotten');
});

test('the window of a rate stays small however often something is read', () => {
  const evaluator = evaluatorOf({ kind: 'change', attribute: 'a', rises: 6, within: 'PT1H' }, 'Asia/Dushanbe');
  let state: State = {};
  for (let s = 0; s < 20_000; s++) state = evaluator.step(state, { at: s * 1000, value: s }).state;
  assert.ok((state.window?.length ?? 0) <= 61);
});

const usual = (rest: object = {}): When => ({ kind: 'usual', attribute: 'a', mads: 3, least: 4, ...rest });

test('what is further than so many MAD from the same hour of earlier weeks is unusual', () => {
  assert.equal(run(usual(), '0:16~10 1:17~10 2:16~10 3:3~10 4:4~10').found, 'raise 1, clear 2, raise 3, clear 4');
  assert.equal(run(usual({ side: 'above' }), '0:1~10 1:17~10').found, 'raise 1');
  assert.equal(run(usual({ side: 'below' }), '0:17~10 1:1~10').found, 'raise 1');
  assert.equal(run(usual({ least: 9 }), '0:18~10 1:20~10 2:19~10').found, 'raise 1, clear 2', 'the least distance');
  assert.equal(run(usual({ clear: 1 }), '0:17~10 1:13~10 2:12~10').found, 'raise 0, clear 2');
  assert.equal(run(usual({ for: 'PT10M' }), '0:17~10 9:16~10 10:17~10 30:16~10').found, 'raise 20, clear 30');
});

test('where nothing is known to compare with, nothing is raised or cleared, and it is counted', () => {
  const { state, found } = run(usual({ for: 'PT10M' }), '0:17~10 5:17 12:17~10 21:17~10 22:17~10 30:10 31:10~10');
  assert.equal(found, 'raise 22, clear 31');
  assert.equal(state.unjudged, 2);
});

const duration = fc.constantFrom('PT1M', 'PT5M', 'PT17M');
const limit = fc.integer({ min: -3, max: 3 });
const whenAny: fc.Arbitrary<When> = fc.oneof(
  fc
    .record({ above: limit, over: fc.nat(3), held: fc.option(duration) })
    .map(({ above, over, held }) => threshold({ above, clear: above - over, ...(held !== null && { for: held }) })),
  fc
    .record({ below: limit, held: fc.option(duration) })
    .map(({ below, held }) => threshold({ below, ...(held !== null && { for: held }) })),
  duration.map((held): When => ({ kind: 'silence', attribute: 'a', for: held })),
  fc
    .record({ rises: fc.integer({ min: 1, max: 90 }), within: duration })
    .map(({ rises, within }): When => ({ kind: 'change', attribute: 'a', rises, within })),
  fc
    .record({
      side: fc.constantFrom('above', 'below', 'both'),
      clear: fc.integer({ min: 0, max: 2 }),
      held: fc.option(duration),
    })
    .map(({ side, clear, held }) => usual({ side, mads: 2, least: 1, clear, ...(held !== null && { for: held }) })),
);
const spread = fc.integer({ min: 0, max: 3 });
const readings: fc.Arbitrary<readonly Observed[]> = fc.array(
  fc
    .record({
      at: fc.integer({ min: 0, max: 120 }),
      value: fc.option(fc.integer({ min: -5, max: 5 })),
      usual: fc.option(fc.record({ centre: limit, spread })),
    })
    .map(({ at, value, usual: known }) => ({
      at: at * 30_000,
      ...(value !== null && { value }),
      ...(known && { usual: known }),
    })),
  { maxLength: 40 },
);

test('in parts, with restarts between any two, the findings are the same as at once', () => {
  fc.assert(
    fc.property(whenAny, readings, (when, given) => {
      const evaluator = evaluatorOf(when, 'Asia/Dushanbe');
      let whole: State = {};
      let kept = '{}';
      for (const observed of given) {
        const one = evaluator.step(whole, observed);
        const other = evaluatorOf(when, 'Asia/Dushanbe').step(JSON.parse(kept) as State, observed);
        assert.deepEqual(other.found, one.found);
        whole = one.state;
        kept = JSON.stringify(other.state);
      }
      assert.deepEqual(JSON.parse(kept), whole);
    }),
  );
});

test('timers between readings in order change no finding', () => {
  fc.assert(
    fc.property(whenAny, readings, fc.array(fc.nat(60)), (when, given, ticks) => {
      const inOrder = given.toSorted((a, b) => a.at - b.at);
      const evaluator = evaluatorOf(when, 'Asia/Dushanbe');
      const end = 121 * 30_000 + 17 * minute;
      const collect = (moments: readonly (Observed & { tick?: true })[]): readonly Found[] => {
        let state: State = {};
        return moments.flatMap((moment) => {
          const step = moment.tick ? evaluator.advance(state, moment.at) : evaluator.step(state, moment);
          state = step.state;
          return step.found;
        });
      };
      const timers = ticks.map((at) => ({ at: at * minute, tick: true as const }));
      const last = { at: end, tick: true as const };
      assert.deepEqual(
        collect([...[...inOrder, ...timers].toSorted((a, b) => a.at - b.at), last]),
        collect([...inOrder, last]),
      );
    }),
  );
});

test('raises and clears take turns, and none is before the one before it', () => {
  fc.assert(
    fc.property(whenAny, readings, (when, given) => {
      const evaluator = evaluatorOf(when, 'Asia/Dushanbe');
      let state: State = {};
      let last: Found = { kind: 'clear', at: -1 };
      for (const observed of given) {
        const step = evaluator.step(state, observed);
        state = step.state;
        for (const found of step.found) {
          assert.notEqual(found.kind, last.kind);
          assert.ok(found.at >= last.at);
          last = found;
        }
      }
    }),
  );
});
