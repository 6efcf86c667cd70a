/** Entities on their way to the tile worker: what a map says of each, and no more. */
import {
  coreContext,
  evaluateQ,
  evaluateTypes,
  isGeometryType,
  type Entity,
  type EntityQuery,
} from '../../ngsild/index.ts';
import type { Principal } from '../../http/principal.ts';
import type { City } from '../../ui/index.ts';
import type { Broker } from '../broker.ts';
import { heardAt } from '../pages/heard.ts';
import { districtIdOf, isSimulated, nameWords } from '../pages/view.ts';
import type { Thing, ThingsPart } from './thingsIndex.ts';

export type ThingsQuery = {
  readonly type: NonNullable<EntityQuery['type']>;
  readonly q?: NonNullable<EntityQuery['q']>;
  /** IRI of the GeoProperty that says where things are. */
  readonly property: string;
  /** Id of a district of the city. */
  readonly district?: string;
  /** Only what a watch has found. */
  readonly urgentOnly?: true;
};

/** What the watches found: entities that need attention now, urgent ones first. */
export type Urgent = readonly { readonly entity: Entity; readonly severity: 'trouble' | 'warn' }[];

/** A page of the store: about 10 ms of reading. */
const pageSize = 500;

/** Everything that the query selects, a page at a time. */
export async function* thingsOf(
  broker: Broker,
  who: Principal,
  query: ThingsQuery,
  urgent: Urgent,
  city: City,
): AsyncIterable<ThingsPart> {
  const states = new Map(urgent.toReversed().map(({ entity, severity }) => [entity.id, severity]));
  const toThing = thing(query, states, city);
  if (query.urgentOnly === true) {
    const entities = new Map(urgent.map(({ entity }) => [entity.id, entity]));
    const wanted = [...entities.values()].filter(
      (entity) => evaluateTypes(query.type, entity.type) && (!query.q || evaluateQ(query.q, entity)),
    );
    yield { things: wanted.flatMap(toThing) };
    return;
  }
  const { type, q, property } = query;
  let after: string | undefined;
  for (;;) {
    const { entities } = await broker.query(
      who,
      0,
      { type, attrs: [property], ...(q && { q }) },
      { limit: pageSize, offset: 0, ...(after !== undefined && { after }) },
    );
    yield { things: entities.flatMap(toThing) };
    after = entities.at(-1)?.id;
    if (entities.length < pageSize || after === undefined) return;
  }
}

function thing(
  { property, district }: ThingsQuery,
  states: ReadonlyMap<string, 'trouble' | 'warn'>,
  city: City,
): (entity: Entity) => readonly Thing[] {
  return (entity) => {
    const geometry = entity.attrs[property]?.[0]?.value;
    if (typeof geometry !== 'object' || geometry === null || Array.isArray(geometry)) return [];
    if (!isGeometryType(geometry['type'])) return [];
    if (district !== undefined && districtIdOf(entity, city) !== district) return [];
    const name = nameWords(entity);
    const state = states.get(entity.id);
    const heard = heardAt(entity);
    return [
      {
        id: entity.id,
        type: coreContext.compact(entity.type[0] ?? ''),
        geometry: geometry as unknown as Thing['geometry'],
        ...(name !== undefined && { name }),
        ...(state && { state }),
        ...(isSimulated(entity) && { simulated: true as const }),
        ...(heard !== undefined && { heard: Math.floor(heard / 1000) }),
      },
    ];
  };
}
