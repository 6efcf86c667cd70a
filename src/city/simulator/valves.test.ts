import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimulator, namuna, type Facts } from '../index.ts';
import { hourMs, minuteMs } from './device.ts';
import { untouched } from './facts.ts';

const startedAt = Date.parse('2026-11-25T03:40Z');
const city = namuna();
const closed = (streets: readonly string[], from: number): Facts => ({
  ...untouched,
  valveAt: (street, at) => (streets.includes(street) && at >= from ? 0 : 100),
});
/** The newest value before an instant. */
function valueAt(facts: Facts, entity: string, name: string, at: number): number {
  const simulator = createSimulator({ city, seed: 7, startedAt, facts });
  const found = simulator.entities(at).find(({ id }) => id === `urn:ngsi-ld:${entity}`);
  return Number(found?.attrs.find((one) => one.name === name)?.value);
}
const inNavrud = city.streets.flatMap(({ id, kind }) => (kind === 'street' && id !== undefined ? [id] : []));

test('a closed valve takes the pressure from its main and leaves others alone', () => {
  const at = startedAt + hourMs;
  const facts = closed(['almond'], startedAt);
  assert.equal(valueAt(facts, 'Pipe:namuna-almond', 'pressure', at), 0);
  assert.equal(valueAt(facts, 'Valve:namuna-almond', 'position', at), 0);
  assert.ok(valueAt(facts, 'Pipe:namuna-almond', 'residentsWithoutWater', at) > 0);
  for (const name of ['pressure', 'residentsWithoutWater'])
    assert.equal(
      valueAt(facts, 'Pipe:namuna-chorsu', name, at),
      valueAt(untouched, 'Pipe:namuna-chorsu', name, at),
      name,
    );
});

test('closing the mains of a district that leaks stops what leaks, and the counter never runs backwards', () => {
  const at = startedAt + 2 * hourMs;
  const meter = 'DistrictMeteredArea:namuna-wm-02';
  const before = valueAt(untouched, meter, 'flow', at);
  const after = valueAt(closed(inNavrud, startedAt + hourMs), meter, 'flow', at);
  assert.ok(before - after > 100, `${before} to ${after}`);
  const simulator = createSimulator({ city, seed: 7, startedAt, facts: closed(inNavrud, startedAt + hourMs) });
  let last = 0;
  for (const { id, attrs } of simulator.tick(startedAt, startedAt + 3 * hourMs)) {
    if (id !== `urn:ngsi-ld:${meter}`) continue;
    for (const { name, value } of attrs) {
      if (name !== 'volume') continue;
      assert.ok(Number(value) >= last);
      last = Number(value);
    }
  }
  assert.ok(last > 0);
});

test('closing the valve of a burst main stops what it loses', () => {
  // In the first night, before its hand valves were closed.
  const burst = Date.parse('2026-11-24T22:00:00Z');
  const meter = 'DistrictMeteredArea:namuna-wm-02';
  const running = valueAt(untouched, meter, 'flow', burst);
  const stopped = valueAt(closed(['weavers'], burst - 10 * minuteMs), meter, 'flow', burst);
  assert.ok(running - stopped > 300, `${running} to ${stopped}`);
});
