/**
 * What the pages ask of the broker again and again: types, entities of a type, what the watches found. Answers are kept
 * for a few seconds (`answers.ts`).
 */
import type { Principal } from '../../http/index.ts';
import { coreContext, evaluateQ, parseQ, type Entity, type EntityQuery } from '../../ngsild/index.ts';
import type { City, Watch } from '../../ui/index.ts';
import type { Broker } from '../broker.ts';
import { keptAnswers } from './answers.ts';
import type { Filter } from './filter.tsx';
import { districtIdOf } from './view.ts';

export type Found = {
  readonly watch: Watch;
  readonly entity: Entity;
  /** All that this watch found. */ readonly count: number;
};

export type CityState = {
  types(): Promise<readonly { type: string; count: number }[]>;
  /** Entities of a type (IRI), at most `pointsMax`. */
  ofType(type: string): Promise<readonly Entity[]>;
  /** What needs attention: urgent first, then in the order of the watches. */
  found(): Promise<readonly Found[]>;
  /** Everything of a type (IRI) in a district, at most `pointsMax` per type, ordered by id. */
  select(filter: Filter): Promise<readonly Entity[]>;
};

/** More points are not a picture any more. */
export const pointsMax = 10_000;
const foundMax = 200;

/** @param deps who: what it may see is what all see who are given this */
export function cityState(deps: { broker: Broker; city: City; who: Principal; now: () => number }): CityState {
  const { broker, city, who, now } = deps;
  const keep = keptAnswers(now);
  const query = async (selected: EntityQuery, limit: number): Promise<readonly Entity[]> => {
    const entities: Entity[] = [];
    while (entities.length < limit) {
      const page = await broker.query(who, 0, selected, {
        limit: Math.min(1000, limit - entities.length),
        offset: entities.length,
      });
      entities.push(...page.entities);
      if (page.entities.length < 1000) break;
    }
    return entities;
  };
  const watches = city.watches.map((watch) => ({
    watch,
    type: coreContext.expand(watch.type),
    q: parseQ(watch.q, coreContext),
  }));
  const state: CityState = {
    types: () => keep('types', () => broker.types(who, 0)),
    ofType: (type) => keep(`type ${type}`, () => query({ type: { node: 'type', iri: type } }, pointsMax)),
    found: () =>
      keep('found', async () => {
        const counts = new Map((await state.types()).map(({ type, count }) => [type, count]));
        const found: Found[] = [];
        for (const { watch, type, q } of watches) {
          const count = counts.get(type) ?? 0;
          if (count === 0) continue;
          // The map has most kinds in memory anyway; only a crowd is left to the store.
          const entities =
            count > pointsMax
              ? await query({ type: { node: 'type', iri: type }, q }, foundMax)
              : (await state.ofType(type)).filter((entity) => evaluateQ(q, entity));
          for (const entity of entities.slice(0, foundMax)) found.push({ watch, entity, count: entities.length });
        }
        return found.sort((a, b) => Number(a.watch.severity === 'warn') - Number(b.watch.severity === 'warn'));
      }),
    async select({ type, district }) {
      const types = await state.types();
      const wanted = types.filter((one) => type === undefined || one.type === type);
      const lists = await Promise.all(wanted.map((one) => state.ofType(one.type)));
      // An entity of two kinds stands in both lists.
      const byId = new Map(lists.flat().map((entity) => [entity.id, entity]));
      const all = [...byId.values()].filter(
        (entity) => district === undefined || districtIdOf(entity, city) === district,
      );
      return all.sort((a, b) => (a.id < b.id ? -1 : 1));
    },
  };
  return state;
}
