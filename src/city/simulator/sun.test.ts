import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimulator, namuna } from '../index.ts';
import { hourMs, minuteMs } from './device.ts';
import { sunElevation, sunTimes } from '../sun.ts';

const utc = (text: string) => Date.parse(text);
const near = (at: number, text: string, minutes: number) =>
  assert.ok(Math.abs(at - utc(text)) <= minutes * minuteMs, `${new Date(at).toISOString()} is not near ${text}`);

test('sunrise and sunset agree with almanacs at places of known times', () => {
  // Greenwich, 20 March 2024: 06:03 and 18:14 UTC; the equator, 21 June 2024: 05:58 and 18:06, to the minute or two.
  const greenwich = sunTimes(utc('2024-03-20T12:00Z'), [0, 51.477]);
  near(greenwich?.rise ?? 0, '2024-03-20T06:03Z', 2);
  near(greenwich?.set ?? 0, '2024-03-20T18:14Z', 2);
  const equator = sunTimes(utc('2024-06-21T12:00Z'), [0, 0]);
  near(equator?.rise ?? 0, '2024-06-21T05:58Z', 2);
  near(equator?.set ?? 0, '2024-06-21T18:06Z', 2);
});

test('beyond the polar circle the sun does not rise in midwinter', () => {
  assert.equal(sunTimes(utc('2024-12-21T12:00Z'), [25, 71]), undefined);
});

test('elevation and times agree: the sun stands at the horizon when it rises', () => {
  for (let day = 0; day < 365; day += 13) {
    const at = utc('2026-01-01T07:00Z') + day * 24 * hourMs;
    const times = sunTimes(at, [68.05, 37.75]);
    assert.ok(times);
    assert.ok(Math.abs(sunElevation(times.rise, [68.05, 37.75]) + 0.833) < 0.25);
    assert.ok(Math.abs(sunElevation(times.set, [68.05, 37.75]) + 0.833) < 0.25);
  }
});

test('street lights go on after sunset and off before sunrise, dimmed in the small hours', () => {
  const city = namuna();
  const simulator = createSimulator({ city, seed: 7, startedAt: utc('2026-11-25T03:40Z') });
  const stateAt = (at: number): Map<string, unknown> => {
    const states = new Map<string, unknown>();
    for (const { type, id, attrs } of simulator.tick(at, at + minuteMs)) {
      if (type === 'StreetlightGroup')
        states.set(id, attrs.find((attribute) => attribute.name === 'powerState')?.value);
    }
    assert.equal(states.size, 60);
    return states;
  };
  for (const day of ['2026-01-10', '2026-06-21', '2026-11-25']) {
    const times = sunTimes(utc(`${day}T07:00Z`), city.center);
    assert.ok(times);
    const all = (at: number, state: string) => {
      for (const [id, found] of stateAt(at)) assert.equal(found, state, `${id} at ${new Date(at).toISOString()}`);
    };
    all(times.set - 5 * minuteMs, 'off');
    all(times.set + 25 * minuteMs, 'on');
    all(utc(`${day}T21:30Z`), 'low');
    all(times.rise + 5 * minuteMs, 'off');
    all(times.rise + 6 * hourMs, 'off');
  }
});
