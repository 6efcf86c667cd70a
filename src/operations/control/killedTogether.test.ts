/** Schedules and groups of a city that is killed, seen from the device. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { idOfWords } from '../../base/ids.ts';
import { killedCity } from './killed.fixture.ts';

test(
  'killed around a switching instant, a device is told of it at most once; of what passed meanwhile only what holds is sent, once',
  { timeout: 300_000 },
  async () => {
    const { heard, stands, run } = killedCity(spawn);
    /** An hour of one day by Namuna's clock, UTC+5. */
    const day = (hour: number, minute = 0): string => new Date(Date.UTC(2030, 4, 5, hour - 5, minute)).toISOString();
    const idOf = (name: string, hour: number): string => idOfWords('schedule', name, 1, Date.parse(day(hour)), name);
    const places = ['before request', 'after request', 'after place', 'after send', 'as it leaves', 'after sent'];
    const nameOf = (place: string): string => place.replaceAll(' ', '-');
    for (const [n, place] of places.entries()) {
      // Each hour one of them switches, and by the next one what the last process left is settled.
      const switchings = [{ at: `0${n + 2}:00`, value: 10 }];
      const ask = { kind: 'schedule', name: nameOf(place), place, expires: 'PT6H', switchings } as const;
      assert.equal((await run({ at: day(n + 1, 50), ask })).killed, true, `killed ${place}`);
    }
    const switchings = [10, 20, 30].map((value, n) => ({ at: `${n + 12}:00`, value }));
    const ask = { kind: 'schedule', name: 'missed', place: 'before its hour', expires: 'PT6H', switchings } as const;
    assert.equal((await run({ at: day(11, 50), ask })).killed, true);
    await run({ at: day(14, 30) });
    const { killed, commands } = await run({ at: day(14, 40) });
    assert.equal(killed, false);

    assert.deepEqual(heard('missed'), [idOf('missed', 14)], 'what was over is not sent, what holds is, once');
    assert.equal(stands.get('missed'), 30);
    for (const [n, place] of places.entries()) {
      const name = nameOf(place);
      const expected = idOf(name, n + 2);
      const found = commands.filter(({ point }) => point === name);
      assert.deepEqual(
        found.map(({ id }) => id),
        [expected],
        place,
      );
      const [state] = found.map((one) => one.state);
      if (heard(name).length === 0) {
        // Written down, but it had not left, which nobody can know.
        assert.notEqual(place, 'before request');
        assert.notEqual(place, 'after request');
        assert.notEqual(place, 'after sent');
        assert.equal(state, 'contradicted', place);
      } else assert.deepEqual([heard(name), state], [[expected], 'confirmed'], place);
    }
    assert.deepEqual(heard(nameOf('after send')), []);
  },
);

test(
  'killed between the confirmation and the last command of a group, each point is told once',
  { timeout: 300_000 },
  async () => {
    const { heard, run } = killedCity(spawn);
    const never = ['after confirming', 'before confirmed'];
    const places = [
      ...never,
      'after confirmed',
      'before request',
      'after request',
      'after send',
      'before done',
      'after done',
    ];
    /** The points that nothing had been sent to when it was killed: they are told afterwards, for certain. */
    const later: Readonly<Record<string, string>> = {
      'after confirmed': 'abc',
      'before request': 'bc',
      'after request': 'bc',
    };
    const nameOf = (place: string): string => place.replaceAll(' ', '-');
    for (const place of places) {
      const { killed } = await run({ ask: { kind: 'group', name: nameOf(place), place } });
      assert.equal(killed, true, `killed ${place}`);
    }
    const { commands } = await run();
    for (const place of places)
      for (const one of 'abc') {
        const point = `${nameOf(place)}-${one}`;
        const found = commands.filter((command) => command.point === point);
        const ids = heard(point);
        if (never.includes(place)) {
          assert.deepEqual([ids, found], [[], []], `${place}: it was not confirmed`);
          continue;
        }
        assert.equal(found.length, 1, point);
        const [{ id, state } = { id: '', state: '' }] = found;
        if (later[place]?.includes(one) || ids.length > 0) assert.deepEqual([ids, state], [[id], 'confirmed'], point);
        // It was on its way when the process ended: whether it left nobody knows, so it is not sent again.
        else assert.equal(state, 'contradicted', point);
      }
    assert.deepEqual(heard('after-send-b'), []);
  },
);
