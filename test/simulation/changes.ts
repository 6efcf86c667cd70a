/** Random changes of a small city: few ids, so that they meet. */
import type { Random } from '../../src/base/random.ts';
import type { EntityDelta, Instance } from '../../src/ngsild/entity.ts';
import type { Change, Expectation, StoredEntity, TableDefinition } from '../../src/store/ports.ts';
import { toldTable } from './derivation.ts';

export const tables: readonly TableDefinition[] = [
  { name: 'report', columns: { id: 'TEXT', state: 'TEXT' }, key: ['id'] },
  toldTable,
];

const ids = ['urn:bus:1', 'urn:bus:2', 'urn:lamp:1', 'urn:lamp:2', 'urn:lamp:3', 'urn:чароғ:4'];
const names = ['https://e.org/speed', 'https://e.org/state', 'https://e.org/name'];

export const randomId = (random: Random): string => random.pick(ids);

function instance(random: Random, at: string, n: number): Instance {
  return {
    type: 'Property',
    value: random.pick([n, n / 3, `text ${n}`, { nested: [n, null, true] }]),
    modifiedAt: at,
    ...(random.next() < 0.5 && { observedAt: new Date(Date.parse(at) - random.int(0, 5000)).toISOString() }),
    ...(random.next() < 0.2 && { datasetId: random.pick(['urn:a', 'urn:b']) }),
  };
}

function delta(random: Random, at: string, n: number): EntityDelta {
  const id = randomId(random);
  const attrs = { [random.pick(names)]: [instance(random, at, n)] };
  const type = ['https://e.org/Thing'];
  const dice = random.next();
  if (dice < 0.25) return { op: 'put', entity: { id, type, createdAt: at, modifiedAt: at, attrs } };
  if (dice < 0.35) return { op: 'delete', id, at };
  if (dice < 0.42) return { op: 'history', id, type, at, attrs };
  if (dice < 0.48) {
    const entity = { id, type, createdAt: at, modifiedAt: at, attrs };
    return { op: 'forget', id, at, past: [{ seq: n }], ...random.pick([{}, { becomes: null }, { becomes: entity }]) };
  }
  return {
    op: 'set',
    id,
    at,
    attrs,
    ...(random.next() < 0.5 && { keepNewer: true as const }),
    ...(random.next() < 0.2 && { remove: [{ name: random.pick(names) }] }),
    ...(random.next() < 0.2 && { type: [`https://e.org/T${random.int(1, 3)}`] }),
  };
}

/** @param latest what the writer knows, so that some expectations hold; `n` makes every change recognisable */
export function randomChange(
  random: Random,
  at: string,
  n: number,
  latest: (tenant: number, id: string) => StoredEntity | undefined,
): Change {
  const tenant = random.next() < 0.8 ? 0 : 1;
  const key = { id: `r${random.int(1, 3)}` };
  const expect: Expectation[] = [];
  if (random.next() < 0.25) {
    const entity = randomId(random);
    const known = latest(tenant, entity)?.seq ?? null;
    expect.push({ entity, seq: random.next() < 0.7 ? known : random.int(1, 50) });
  }
  if (random.next() < 0.1) expect.push({ row: { table: 'report', key }, seq: random.next() < 0.5 ? null : 3 });
  return {
    tenant,
    // The number tells one change from another after a crash.
    cause: { by: 'simulation', source: String(n) },
    ...(expect.length > 0 && { expect }),
    entities: Array.from({ length: random.int(0, 3) }, () => delta(random, at, n)),
    rows: random.next() < 0.2 ? [{ table: 'report', key, row: random.next() < 0.8 ? { state: `s${n}` } : null }] : [],
  };
}
