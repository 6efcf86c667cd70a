/** What one reader sees of entities: which ones, and what of them. Readers who see the same share a view. */
import { Problem } from '../base/problem.ts';
import type { Principal } from '../http/principal.ts';
import {
  asksFor,
  evaluateSight,
  isOfTypes,
  maskedAttributes,
  maskedEntity,
  maskedInstances,
  maskedOrder,
  maskedQuery,
  showsTypes,
  sightOfTypes,
  textsAskedFor,
  type Attributes,
  type Entity,
  type EntityQuery,
  type EntityShape,
  type Instance,
  type Sight,
} from '../ngsild/index.ts';
import type { EntityHistory, PageRequest } from '../store/ports.ts';
import type { Filter, Policy } from '../trust/index.ts';

export type View = {
  /** Views of one name show the same. */
  readonly name: string;
  /** The question as this reader may ask it; undefined when there is nothing that it could find. */
  readonly query: <Query extends EntityQuery>(query: Query) => Query | undefined;
  readonly page: (page: PageRequest) => PageRequest;
  /** True when the answer could tell of what the reader may not see. */
  readonly asksTooMuch: (query: Pick<EntityQuery, 'attrs' | 'q' | 'geo'>) => boolean;
  readonly shows: (entity: Entity) => boolean;
  /** Whether something of these types is seen, given the right values. */
  readonly showsTypes: (types: readonly string[]) => boolean;
  /** Of entities of these types: all, none, or some, by their values. */
  readonly shown: (types: readonly string[]) => 'all' | 'none' | 'some';
  /**
   * Of entities of these types: all, none, those that have one of these texts in the attribute (IRI); undefined when more
   * than that decides. For rows that stand beside the entities.
   */
  readonly texts: (types: readonly string[], attribute: string) => 'all' | 'none' | readonly string[] | undefined;
  /** Types alone decide what is seen. */
  readonly byTypes: boolean;
  readonly showsAttribute: (name: string) => boolean;
  /** Some attributes are not seen. */
  readonly masks: boolean;
  /** What is seen of an entity that is shown. */
  readonly entity: (entity: Entity) => Entity;
  readonly attributes: (attrs: Attributes) => Attributes;
  readonly shape: (shape: EntityShape) => EntityShape;
  readonly past: (history: EntityHistory) => EntityHistory;
  readonly instances: <One extends Instance>(instances: readonly One[]) => readonly One[];
};

type Hidden = ReadonlySet<string>;
const none: Hidden = new Set();

/** @param policy one answer for one sort of reader, always the same object: views are remembered by it */
export function viewsOf(policy: Pick<Policy, 'filter' | 'hidden'>): (who: Principal) => View {
  const known = new WeakMap<Hidden, Map<Filter, View>>();
  let made = 0;
  return (who) => {
    const filter = policy.filter(who);
    const hidden = policy.hidden(who) ?? none;
    let byFilter = known.get(hidden);
    if (!byFilter) known.set(hidden, (byFilter = new Map()));
    let view = byFilter.get(filter);
    if (!view) {
      // A policy that answers with a new tree each time costs time, and no memory.
      if (byFilter.size >= viewsMax) byFilter.clear();
      byFilter.set(filter, (view = viewOf(String(++made), filter, hidden)));
    }
    return view;
  };
}
const viewsMax = 1_000;

function viewOf(name: string, filter: Filter, hidden: Hidden): View {
  const masks = hidden.size > 0;
  const asked = <Query extends EntityQuery>(query: Query): Query => (masks ? maskedQuery(query, hidden) : query);
  const leftOf = (types: readonly string[]): 'all' | 'none' | Sight => {
    if (filter === 'everything') return 'all';
    return filter === 'nothing' ? 'none' : sightOfTypes(filter, types);
  };
  const instances: View['instances'] = (given) => (masks ? maskedInstances(given, hidden) : given);
  return {
    name,
    query: (query) => {
      if (filter === 'nothing') return undefined;
      return filter === 'everything' ? asked(query) : { ...asked(query), also: [...(query.also ?? []), filter] };
    },
    instances,
    page: (page) => (masks && page.order ? { ...page, order: maskedOrder(page.order, hidden) } : page),
    asksTooMuch: (query) => masks && asksFor(query, hidden),
    shows: (entity) => filter === 'everything' || (filter !== 'nothing' && evaluateSight(filter, entity)),
    showsTypes: (types) => filter === 'everything' || (filter !== 'nothing' && showsTypes(filter, types)),
    shown: (types) => {
      const left = leftOf(types);
      return typeof left === 'string' ? left : 'some';
    },
    texts: (types, attribute) => {
      const left = leftOf(types);
      return typeof left === 'string' ? left : textsAskedFor(left, attribute);
    },
    byTypes: filter === 'everything' || filter === 'nothing' || isOfTypes(filter),
    showsAttribute: (attribute) => !hidden.has(attribute),
    entity: (entity) => (masks ? maskedEntity(entity, hidden) : entity),
    attributes: (attrs) => (masks ? maskedAttributes(attrs, hidden) : attrs),
    masks,
    past: (known) =>
      masks
        ? {
            ...known,
            attrs: known.attrs
              .filter((series) => !hidden.has(series.name))
              .map((series) => ({ ...series, instances: instances(series.instances) })),
          }
        : known,
    shape: (shape) => (masks ? { ...shape, attrs: shape.attrs.filter((one) => !hidden.has(one.name)) } : shape),
  };
}

/** Nobody changes what it may not see. @throws Problem forbidden */
export function demandSeen({ showsAttribute }: View, names: Iterable<string>): void {
  for (const name of names)
    if (!showsAttribute(name)) throw new Problem('forbidden', `you may not change the attribute ${name}`, name);
}
