import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as rest } from 'node:timers/promises';
import { systemPrincipal } from '../../http/index.ts';
import { openTestCity, type TestCity } from '../../../test/fixtures/testCity.ts';
import { orderPrefix } from './entity.ts';

const root = mkdtempSync(join(tmpdir(), 'chorsu-orders-sample-'));
after(() => rmSync(root, { recursive: true, force: true }));

type Json = Record<string, unknown>;
const listOf = async (city: TestCity): Promise<Json[]> =>
  ((await (await fetch(`${city.url}/api/operations/orders?show=all`)).json()) as { orders: Json[] }).orders;
const wordsOf = (orders: readonly Json[], name: string): string[] =>
  orders.map((order) => String(order[name])).toSorted((a, b) => a.localeCompare(b));
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (let n = 0; n < 300; n++) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await rest(200);
  }
  throw new Error('a minute has gone by');
}
const stepsOf = async (city: TestCity, id: unknown): Promise<number> =>
  ((await (await fetch(`${city.url}/api/operations/orders/${String(id)}`)).json()) as { steps: Json[] }).steps.length;

test(
  'the sample city has its three orders, once, whatever is restarted; a list follows what others delete',
  { timeout: 180_000 },
  async () => {
    const data = join(root, 'city');
    let city = await openTestCity({ demo: true, data });
    const orders = await until(async () => {
      const found = await listOf(city);
      return found.length === 3 && found.some(({ state }) => state === 'done') ? found : undefined;
    });
    assert.deepEqual(wordsOf(orders, 'state'), ['done', 'open', 'working']);
    const leak = orders.find(({ state }) => state === 'working');
    assert.match(String(leak?.['alarm']), /^urn:ngsi-ld:Alert:/);
    assert.ok(orders.every(({ simulated }) => simulated === true));
    const steps = await Promise.all(orders.map(({ id }) => stepsOf(city, id)));
    await city.close();

    city = await openTestCity({ data });
    await rest(6_000);
    const again = await listOf(city);
    assert.deepEqual(wordsOf(again, 'id'), wordsOf(orders, 'id'));
    assert.deepEqual(await Promise.all(orders.map(({ id }) => stepsOf(city, id))), steps);

    const gone = orderPrefix + String(leak?.['id']);
    await city.broker.amend(systemPrincipal, 0, [gone], { by: 'test' }, (_looked, at) => ({
      entities: [{ op: 'delete', id: gone, at }],
    }));
    await until(async () => ((await listOf(city)).length === 2 ? true : undefined));
    await city.close();
  },
);
