import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fixedClock } from '../../base/clock.ts';
import { type Random, seededRandom } from '../../base/random.ts';
import {
  applyDelta,
  deltaId,
  touchesState,
  type Entity,
  type EntityDelta,
  type Instance,
} from '../../ngsild/entity.ts';
import type { EntitySelector } from '../../ngsild/query.ts';
import { matchSubscription, notificationTriggers, subscriptionStatus, type Subscription } from '../../ngsild/index.ts';
import { openStore, verify, type Store } from '../../store/index.ts';
import type { JournalRecord, RowDelta } from '../../store/ports.ts';
import { hitDerivation } from './hits.ts';
import { subscriptionTables } from './rows.ts';

const started = Date.parse('2026-03-01T10:00:00Z');
const iri = (name: string): string => `https://e.org/${name}`;
const types = ['Bus', 'Lamp', 'Meter'].map(iri);
const names = ['speed', 'state', 'owner'].map(iri);
const ids = [1, 2, 3, 4].map((n) => `urn:thing:${n}`);

const some = <T>(random: Random, items: readonly T[]): readonly T[] => {
  const chosen = items.filter(() => random.next() < 0.5);
  return chosen.length > 0 ? chosen : [random.pick(items)];
};

function randomDelta(random: Random, n: number, at: string): EntityDelta {
  const id = random.pick(ids);
  const instance = (): Instance => ({
    type: 'Property',
    value: random.int(1, 3),
    modifiedAt: at,
    ...(random.next() < 0.2 && { datasetId: 'urn:d:1' }),
  });
  const owner: Instance = { type: 'Relationship', value: random.pick(ids), modifiedAt: at };
  const attrs = Object.fromEntries(
    some(random, names).map((name) => [name, [name === iri('owner') ? owner : instance()]]),
  );
  const dice = random.next();
  if (dice < 0.3) return { op: 'put', entity: { id, type: some(random, types), createdAt: at, modifiedAt: at, attrs } };
  if (dice < 0.4) return { op: 'delete', id, at };
  if (dice < 0.45) return { op: 'history', id, type: types, at, attrs };
  const remove = random.next() < 0.3 ? [{ name: random.pick(names) }] : [];
  return { op: 'set', id, at, attrs, remove, ...(n % 7 === 0 && { type: [random.pick(types)] }) };
}

function randomSubscription(random: Random, id: string): Subscription {
  const type = (): { node: 'type'; iri: string } => ({ node: 'type', iri: random.pick(types) });
  const selector = random.pick<() => EntitySelector>([
    () => ({ ids: some(random, ids) }),
    () => ({ type: type() }),
    () => ({ type: { node: 'and' as const, of: [type(), type()] } }),
    () => ({ type: { node: 'or' as const, of: [type(), type()] } }),
    () => ({ idPattern: '[12]$' }),
    () => ({ idPattern: '[34]$', type: type() }),
  ]);
  const path = { names: [iri('speed')], inner: [] };
  const linked = { ...path, via: [{ name: iri('owner'), types: [] }] };
  return {
    id,
    ...(random.next() < 0.8 && { entities: Array.from({ length: random.int(1, 2) }, selector) }),
    ...(random.next() < 0.5 && { watchedAttributes: some(random, names) }),
    ...(random.next() < 0.7 && { notificationTrigger: some(random, notificationTriggers) }),
    ...(random.next() < 0.3 && {
      q: {
        node: 'compare' as const,
        op: '>=' as const,
        path: random.next() < 0.5 ? path : linked,
        value: { kind: 'number' as const, value: 2 },
      },
    }),
    ...(random.next() < 0.1 && { isActive: false }),
    ...(random.next() < 0.1 && { expiresAt: new Date(started + random.int(1, 300) * 1000).toISOString() }),
    ...(random.next() < 0.1 && { timeInterval: 5 }),
    notification: { endpoint: { uri: 'https://e.org/' }, showChanges: random.next() < 0.3 },
  };
}

/** Every subscription asked of every change, in the order of the journal. */
function expectedHits(records: readonly JournalRecord[]): ReadonlyMap<string, unknown> {
  const hits = new Map<string, { subscription: string; seq: number; notice: unknown }>();
  const subscriptions = new Map<string, Subscription>();
  const entities = new Map<string, Entity | undefined>();
  for (const { seq, at, entities: deltas, rows } of records) {
    for (const [place, delta] of deltas.entries()) {
      if (!touchesState(delta)) continue;
      const before = entities.get(deltaId(delta));
      const after = applyDelta(before, delta);
      entities.set(deltaId(delta), after);
      for (const [id, subscription] of subscriptions) {
        if (subscription.timeInterval !== undefined || subscriptionStatus(subscription, at) !== 'active') continue;
        const resolve = (other: string): Entity | undefined => entities.get(other);
        const notice = matchSubscription(subscription, { before, after }, new Date(at).toISOString(), { resolve });
        if (notice) hits.set(`${id} ${seq} ${place}`, { subscription: id, seq, notice });
      }
    }
    for (const { table, key, row } of rows) {
      const id = String(key['id']);
      const keptFrom = table === 'ngsi_delivery' ? Number(row?.['kept_from']) : 0;
      if (table === 'ngsi_subscription' && row)
        subscriptions.set(id, JSON.parse(String(row['document'])) as Subscription);
      if (table === 'ngsi_subscription' && !row) subscriptions.delete(id);
      for (const [name, hit] of hits) {
        if (hit.subscription === id && (hit.seq < keptFrom || !subscriptions.has(id))) hits.delete(name);
      }
    }
  }
  return new Map([...hits].map(([name, { notice }]) => [name, JSON.parse(JSON.stringify(notice))]));
}

async function foundHits(store: Store): Promise<ReadonlyMap<string, unknown>> {
  const rows = await store.rows.all('SELECT * FROM ngsi_hit');
  return new Map(
    rows.map(({ subscription, seq, place, notice }) => [
      [subscription, seq, place].join(' '),
      JSON.parse(String(notice)) as unknown,
    ]),
  );
}

test('each subscription has one hit for each change it asks for, over restarts too', async (t) => {
  const seed = Number(process.env['CHORSU_TEST_SEED'] ?? Date.now() % 1_000_000);
  const runs = process.env['CHORSU_TEST_LONG'] === undefined ? 4 : 100;
  let total = 0;
  for (let run = 0; run < runs; run++) {
    const random = seededRandom(seed + run);
    const directory = await mkdtemp(join(tmpdir(), 'chorsu-hits-'));
    const clock = fixedClock(new Date(started).toISOString());
    const open = (): Promise<Store> =>
      openStore({ directory, clock, tables: subscriptionTables, derivation: hitDerivation });
    let store = await open();
    try {
      for (let n = 0; n < 200; n++) {
        clock.advance(1000);
        const at = new Date(store.writer.now()).toISOString();
        const rows: RowDelta[] = [];
        const id = `urn:s:${random.int(1, 6)}`;
        const key = { tenant: 0, id };
        const dice = random.next();
        if (dice < 0.12) {
          const document = JSON.stringify(randomSubscription(random, id));
          rows.push({ table: 'ngsi_subscription', key, row: { document } });
        } else if (dice < 0.15) rows.push({ table: 'ngsi_subscription', key, row: null });
        else if (dice < 0.18) rows.push({ table: 'ngsi_delivery', key, row: { kept_from: random.int(1, n + 1) } });
        const entities = Array.from({ length: random.int(0, 3) }, () => randomDelta(random, n, at));
        await store.writer.commit({ tenant: 0, cause: { by: 'test' }, entities, rows });
        if (random.next() < 0.02) {
          await store.close();
          store = await open();
        }
      }
      const { records } = await store.journal.read(1, 1000);
      const expected = expectedHits(records);
      assert.deepEqual(await foundHits(store), expected, `seed ${seed + run}`);
      assert.deepEqual((await verify(store)).problems, [], `seed ${seed + run}`);
      total += expected.size;
    } finally {
      await store.close();
      await rm(directory, { recursive: true });
    }
  }
  t.diagnostic(`seed ${seed}: ${total} hits`);
  assert.ok(total > 0);
});
