/** Which entities of the past are selected, and how much of an answer one page holds. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Json } from '../ngsild/entity.ts';
import type { QNode, TemporalQuery } from '../ngsild/query.ts';
import { scopeIri } from '../ngsild/index.ts';
import { any, device, ms, reading, shortIds, values, type HistorySubject } from './history.subject.ts';
import type { HistoryInstance, HistoryStore, PastQuery } from './ports.ts';

export function selectionContract(subject: () => Promise<HistorySubject>): void {
  it('entities are found by id, pattern and type, ordered, counted, per tenant', async () => {
    const { store } = await subject();
    const of = (id: string, type: string[], tenant = 0): HistoryInstance => ({
      ...reading(id, 'x', '2026-01-01T00:00:00Z', 1, 1),
      tenant,
      type,
    });
    await store.append([of('3', ['A', 'B']), of('1', ['A']), of('2', ['B']), of('1', ['A'], 1)], 1);
    const find = async (
      query: Parameters<HistoryStore['entities']>[1],
      page = { limit: 10, offset: 0, count: true },
    ) => {
      const { entities, count } = await store.entities(0, query, page);
      return [shortIds(entities), count];
    };
    assert.deepEqual(await find({}), ['123', 3]);
    assert.deepEqual(await find({}, { limit: 1, offset: 1, count: true }), ['2', 3]);
    assert.deepEqual(await find({ ids: [`${device}1`, 'urn:none'] }), ['1', 1]);
    assert.deepEqual(await find({ idPattern: ':[23]$' }), ['23', 2]);
    const type = (iri: string) => ({ node: 'type', iri }) as const;
    assert.deepEqual(await find({ type: type('B') }), ['23', 2]);
    assert.deepEqual(await find({ type: { node: 'and', of: [type('A'), type('B')] } }), ['3', 1]);
    assert.deepEqual(await find({ type: { node: 'or', of: [type('A'), type('C')] } }), ['13', 2]);
  });

  it('q selects the entities of which some instance inside the interval matches', async () => {
    const { store } = await subject();
    const day = '2026-01-01T00:00:0';
    await store.append(
      [
        reading('1', 'x', `${day}1Z`, 5, 1),
        reading('1', 'x', `${day}2Z`, 30, 1),
        reading('2', 'x', `${day}1Z`, 7, 1),
        reading('3', 'x', `${day}1Z`, 'on', 1, { sub: { grade: [{ type: 'Property', value: 'A' }] } }),
        reading('3', 'y', `${day}1Z`, [1, 40], 1),
        reading('4', 'y', `${day}1Z`, true, 1),
      ],
      1,
    );
    const path = (...names: string[]) => ({ names, inner: [] });
    const number = (value: number) => ({ kind: 'number', value }) as const;
    const text = (value: string) => ({ kind: 'string', value }) as const;
    const compare = (
      name: string,
      op: '==' | '!=' | '>' | '<',
      value: ReturnType<typeof number | typeof text>,
    ): QNode => ({
      node: 'compare',
      path: path(...name.split('.')),
      op,
      value,
    });
    const match = async (q: QNode, time?: TemporalQuery['time']) => {
      const within = { ...any, ...(time && { time }) };
      return shortIds((await store.entities(0, { q, within }, { limit: 9, offset: 0 })).entities);
    };
    assert.equal(await match(compare('x', '>', number(20))), '1');
    assert.equal(await match(compare('x', '<', number(8))), '12');
    assert.equal(await match(compare('x', '!=', number(7))), '13');
    assert.equal(await match(compare('y', '==', number(40))), '3');
    assert.equal(await match(compare('x', '==', text('on'))), '3');
    assert.equal(await match(compare('x.grade', '==', text('A'))), '3');
    assert.equal(await match({ node: 'exists', path: path('y') }), '34');
    const both = [compare('x', '==', text('on')), compare('y', '==', number(40))];
    assert.equal(await match({ node: 'and', of: both }), '3');
    assert.equal(await match({ node: 'or', of: [...both, compare('x', '>', number(20))] }), '13');
    const before = { timerel: 'before', timeAt: ms(`${day}2Z`) } as const;
    assert.equal(await match(compare('x', '>', number(20)), before), '');
  });

  it('geo selects by the places inside the interval, scope by those held in it', async () => {
    const { store } = await subject();
    const at = (hour: number) => `2026-01-01T0${hour}:00:00Z`;
    const place = (id: string, hour: number, long: number) =>
      reading(id, 'location', at(hour), { type: 'Point', coordinates: [long, 38] }, 1, { type: 'GeoProperty' });
    const scope = (id: string, hour: number, value: Json) => reading(id, scopeIri, at(hour), value, 1);
    const { instance, ...plain } = scope('4', 0, '/C');
    await store.append(
      [
        place('1', 1, 68),
        place('1', 3, 69),
        place('2', 1, 70),
        scope('1', 0, '/A'),
        scope('2', 2, ['/B', '/A/x']),
        scope('3', 0, '/A'),
        scope('3', 1, '/B'),
        { ...plain, instance: { type: 'Property', value: instance.value } },
        ...['1', '2', '3', '4'].map((id) => reading(id, 'x', at(2), 1, 1)),
      ],
      1,
    );
    const found = async (query: Omit<PastQuery, 'within'>, from: number, to: number) => {
      const time = { timerel: 'between', timeAt: ms(at(from)), endTimeAt: ms(at(to)) } as const;
      const within = { timeproperty: 'observedAt', time } as const;
      return shortIds((await store.entities(0, { ...query, within }, { limit: 9, offset: 0 })).entities);
    };
    const near = (long: number): PastQuery => ({
      geo: {
        relation: 'near',
        maxDistanceM: 1000,
        geometry: { type: 'Point', coordinates: [long, 38] },
        property: 'location',
      },
    });
    assert.equal(await found(near(68), 0, 9), '1');
    assert.equal(await found(near(68), 2, 9), '');
    assert.equal(await found(near(69), 2, 9), '1');
    const below = (...levels: string[]): PastQuery => ({ scope: { node: 'scope', levels, below: true } });
    assert.equal(await found(below('A'), 2, 3), '12', 'set before and still held; set within');
    assert.equal(await found(below('A'), 1, 2), '13', 'still held when the interval began');
    assert.equal(await found(below('B'), 2, 3), '23');
    assert.equal(await found(below('C'), 2, 3), '4', 'a scope without a time holds from the beginning');
  });

  it('a page and its count are of the entities that have something within the interval', async () => {
    const { store } = await subject();
    const days = ['1', '2', '3', '4', '5'].map((id, n) => reading(id, 'x', `2026-01-0${n + 1}T12:00:00Z`, n, 1));
    await store.append([...days, reading('4', 'y', '2026-01-01T12:00:00Z', 1, 1, { datasetId: 'urn:d' })], 1);
    await store.seal(ms('2026-01-04T12:00:00Z'));
    const since = (day: number) =>
      ({ timeproperty: 'observedAt', time: { timerel: 'after', timeAt: ms(`2026-01-0${day}T00:00:00Z`) } }) as const;
    const find = async (query: PastQuery, limit = 9, offset = 0) => {
      const { entities, count } = await store.entities(0, query, { limit, offset, count: true });
      return [shortIds(entities), count];
    };
    assert.deepEqual(await find({ within: since(3) }), ['345', 3]);
    assert.deepEqual(await find({ within: since(3) }, 1, 1), ['4', 3]);
    assert.deepEqual(await find({ attrs: ['y'] }), ['4', 1]);
    assert.deepEqual(await find({ attrs: ['y'], within: since(3) }), ['', 0]);
    assert.deepEqual(await find({ within: { ...since(1), datasetIds: ['urn:d'] } }), ['4', 1]);
    assert.deepEqual(await find({ selectors: [{ ids: [`${device}1`] }, { idPattern: '5$' }] }), ['15', 2]);
  });

  it('lastN reaches back over as many sealed days as it needs, of each series', async () => {
    const { store } = await subject();
    const days = Array.from({ length: 40 }, (_, day) => new Date(ms('2025-01-01T00:00:00Z') + day * 86_400_000));
    const rare = days.filter((_, n) => n % 13 === 0);
    await store.append(
      [
        ...days.map((day, n) => reading('1', 'often', day.toISOString(), n, 1)),
        ...rare.map((day, n) => reading('1', 'rare', day.toISOString(), n, 1)),
        reading('2', 'rare', '2025-01-02T00:00:00Z', 9, 1),
      ],
      1,
    );
    await store.seal(ms('2026-01-01T00:00:00Z'));
    await store.append([reading('1', 'often', '2025-01-20T12:00:00Z', 100, 2)], 2);
    const newest = { ...any, lastN: 3 };
    assert.deepEqual(await values(store, newest), [39, 38, 37]);
    assert.deepEqual(await values(store, newest, ['1'], 1), [3, 2, 1]);
    assert.deepEqual(await values(store, newest, ['2']), [9]);
    const time = { timerel: 'before', timeAt: ms('2025-01-21T00:00:00Z') } as const;
    assert.deepEqual(await values(store, { ...newest, time }), [100, 19, 18]);
    const cut = await store.instances(0, [`${device}1`], newest, { limit: 2 });
    assert.deepEqual(
      [cut.truncated, ...(cut.entities[0]?.attrs.map(({ instances }) => instances.map(({ value }) => value)) ?? [])],
      [true, [39, 38], [3]],
    );
  });

  it('a page ends with a whole instant, and has at least two', async () => {
    const { store } = await subject();
    const rows = Array.from({ length: 12 }, (_, n) =>
      reading('1', `a${n % 4}`, `2026-01-01T0${Math.floor(n / 4)}:00:00Z`, n, 1),
    );
    await store.append(rows, 1);
    const page = async (limit: number) => {
      const { entities, truncated } = await store.instances(0, [`${device}1`], any, { limit });
      return [entities[0]?.attrs.flatMap(({ instances }) => instances).length, truncated];
    };
    assert.deepEqual(await page(1), [8, true]);
    assert.deepEqual(await page(9), [8, true]);
    assert.deepEqual(await page(11), [8, true]);
    assert.deepEqual(await page(12), [12, false]);
  });
}
