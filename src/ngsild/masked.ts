/** Entities and questions without the attributes that a reader may not see: for that reader they are not there. */
import type { Attributes, Entity, Instance } from './entity.ts';
import type { AttributePath, EntityOrder, EntityQuery, QNode } from './query.ts';

/** A name that no attribute has: whatever is asked of it finds nothing. */
const nowhere = 'urn:chorsu:hidden';

type Names = ReadonlySet<string>;

/** The same entity when nothing of it is hidden. */
export function maskedEntity(entity: Entity, hidden: Names): Entity {
  const attrs = maskedAttributes(entity.attrs, hidden);
  return attrs === entity.attrs ? entity : { ...entity, attrs };
}

/** Sub-attributes too: a name says what is told, wherever it stands. */
export function maskedAttributes(attrs: Attributes, hidden: Names): Attributes {
  // Most entities have nothing to hide; to find that out makes nothing.
  if (!hasHidden(attrs, hidden)) return attrs;
  const left: Record<string, readonly Instance[]> = {};
  for (const name in attrs) if (!hidden.has(name)) left[name] = maskedInstances(attrs[name] ?? [], hidden);
  return left;
}

function hasHidden(attrs: Attributes, hidden: Names): boolean {
  for (const name in attrs) {
    if (hidden.has(name)) return true;
    for (const { sub } of attrs[name] ?? []) if (sub && hasHidden(sub, hidden)) return true;
  }
  return false;
}

export function maskedInstances<I extends Instance>(instances: readonly I[], hidden: Names): readonly I[] {
  let changed = false;
  const shown = instances.map((instance) => {
    if (!instance.sub) return instance;
    const sub = maskedAttributes(instance.sub, hidden);
    if (sub === instance.sub) return instance;
    changed = true;
    return { ...instance, sub };
  });
  return changed ? shown : instances;
}

const maskedName = (name: string, hidden: Names): string => (hidden.has(name) ? nowhere : name);

function maskedPath(path: AttributePath, hidden: Names): AttributePath {
  return {
    ...path,
    names: path.names.map((name) => maskedName(name, hidden)),
    ...(path.via && { via: path.via.map((link) => ({ ...link, name: maskedName(link.name, hidden) })) }),
  };
}

function maskedQ(node: QNode, hidden: Names): QNode {
  if ('of' in node) return { ...node, of: node.of.map((part) => maskedQ(part, hidden)) };
  return { ...node, path: maskedPath(node.path, hidden) };
}

/** The question as it finds what is not hidden; what a policy adds (`also`) stays as it is. */
export function maskedQuery<Query extends EntityQuery>(query: Query, hidden: Names): Query {
  const { attrs, q, geo } = query;
  return {
    ...query,
    ...(attrs && { attrs: attrs.map((name) => maskedName(name, hidden)) }),
    ...(q && { q: maskedQ(q, hidden) }),
    ...(geo && { geo: { ...geo, property: maskedName(geo.property, hidden) } }),
  };
}

export const maskedOrder = ({ terms, ...rest }: EntityOrder, hidden: Names): EntityOrder => ({
  ...rest,
  terms: terms.map((term) => ({ ...term, path: maskedPath(term.path, hidden) })),
});

/** True when an answer to the question could tell something of what is hidden. */
export const asksFor = (query: Pick<EntityQuery, 'attrs' | 'q' | 'geo'>, hidden: Names): boolean =>
  query.attrs?.some((name) => hidden.has(name)) === true ||
  (query.geo !== undefined && hidden.has(query.geo.property)) ||
  (query.q !== undefined && qAsksFor(query.q, hidden));

function qAsksFor(node: QNode, hidden: Names): boolean {
  if ('of' in node) return node.of.some((part) => qAsksFor(part, hidden));
  const { names, via = [] } = node.path;
  return names.some((name) => hidden.has(name)) || via.some(({ name }) => hidden.has(name));
}
