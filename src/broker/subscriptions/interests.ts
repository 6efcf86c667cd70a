/**
 * Which subscriptions a change may concern, found by what is rare first: the id, the type, the attribute. Whoever is not
 * found here need not be asked; who is found still has to be.
 */
import type { TypeNode } from '../../ngsild/query.ts';
import type { Subscription } from '../../ngsild/index.ts';
import type { Tenant } from '../../store/ports.ts';

export type Interests = {
  set(tenant: Tenant, subscription: Subscription): void;
  remove(tenant: Tenant, id: string): void;
  /** Those that an entity with this id and these types may be of interest to; undefined: nobody. */
  find(tenant: Tenant, id: string, types: readonly string[]): Interested | undefined;
};

export type Interested = {
  /** Those to be asked when these attributes (IRIs) have changed. */
  inChangeOf(attributes: readonly string[]): ReadonlySet<Subscription>;
};

/** Subscriptions of one key: those that watch everything, and the others by what they watch. */
type Bucket = { readonly all: Set<Subscription>; readonly watching: Map<string, Set<Subscription>> };
type TenantInterests = {
  readonly known: Map<string, Subscription>;
  readonly ids: Map<string, Bucket>;
  readonly types: Map<string, Bucket>;
  readonly every: Bucket;
};

const bucket = (): Bucket => ({ all: new Set(), watching: new Map() });

export function createInterests(): Interests {
  const tenants = new Map<Tenant, TenantInterests>();

  const bucketsOf = (interests: TenantInterests, { entities }: Subscription): readonly Bucket[] => {
    if (!entities) return [interests.every];
    return entities.flatMap(({ ids, type }) => {
      if (ids) return ids.map((id) => getOrMake(interests.ids, id, bucket));
      if (type) return typesOf(type).map((iri) => getOrMake(interests.types, iri, bucket));
      return [interests.every];
    });
  };
  const remove: Interests['remove'] = (tenant, id) => {
    const interests = tenants.get(tenant);
    const known = interests?.known.get(id);
    if (!interests || !known) return;
    interests.known.delete(id);
    if (interests.known.size === 0) {
      tenants.delete(tenant);
      return;
    }
    for (const { all, watching } of bucketsOf(interests, known)) {
      all.delete(known);
      for (const [name, watchers] of watching) if (watchers.delete(known) && watchers.size === 0) watching.delete(name);
    }
    for (const keys of [interests.ids, interests.types]) {
      for (const [key, { all, watching }] of keys) if (all.size + watching.size === 0) keys.delete(key);
    }
  };

  return {
    remove,
    set(tenant, subscription) {
      remove(tenant, subscription.id);
      const interests = getOrMake(tenants, tenant, () => ({
        known: new Map(),
        ids: new Map(),
        types: new Map(),
        every: bucket(),
      }));
      interests.known.set(subscription.id, subscription);
      for (const { all, watching } of bucketsOf(interests, subscription)) {
        if (!subscription.watchedAttributes) all.add(subscription);
        for (const name of subscription.watchedAttributes ?? []) {
          getOrMake(watching, name, () => new Set()).add(subscription);
        }
      }
    },
    find(tenant, id, types) {
      const interests = tenants.get(tenant);
      if (!interests) return undefined;
      const found: Bucket[] = [];
      const take = (one: Bucket | undefined): void => {
        if (one && one.all.size + one.watching.size > 0) found.push(one);
      };
      take(interests.ids.get(id));
      for (const type of types) take(interests.types.get(type));
      take(interests.every);
      return found.length === 0 ? undefined : { inChangeOf: (attributes) => interestedIn(found, attributes) };
    },
  };
}

function interestedIn(buckets: readonly Bucket[], attributes: readonly string[]): ReadonlySet<Subscription> {
  const [only] = buckets;
  if (only && buckets.length === 1 && only.watching.size === 0) return only.all;
  const interested = new Set<Subscription>();
  for (const { all, watching } of buckets) {
    for (const subscription of all) interested.add(subscription);
    if (watching.size === 0) continue;
    for (const name of attributes) for (const subscription of watching.get(name) ?? []) interested.add(subscription);
  }
  return interested;
}

/** Types of which an entity has at least one when the selection takes it. */
function typesOf(node: TypeNode): readonly string[] {
  if (node.node === 'type') return [node.iri];
  const [first] = node.of;
  if (node.node === 'and') return first ? typesOf(first) : [];
  return [...new Set(node.of.flatMap(typesOf))];
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
