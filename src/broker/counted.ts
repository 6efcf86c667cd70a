/** How many there are of what, for a reader of whom values decide what is seen: those are counted, one by one. */
import type { AttributeKind, Entity, EntityQuery, EntityShape } from '../ngsild/index.ts';
import type { PageRequest } from '../store/ports.ts';
import type { View } from './view.ts';

type Found = { readonly entities: readonly Entity[]; readonly count?: number };
/** As the reader may ask. */
type Ask = (query: EntityQuery, page: PageRequest) => Promise<Found>;

/** Entities that are looked at for their attributes; whoever sees more is told of so many. */
const lookedMax = 10_000;
const atOnce = 1_000;

export async function countedTypes<One extends { readonly type: string; readonly count: number }>(
  found: readonly One[],
  { shown }: Pick<View, 'shown'>,
  ask: Ask,
): Promise<readonly One[]> {
  const counted = await Promise.all(
    found.map(async (one) => {
      if (shown([one.type]) === 'all') return one;
      const query = { type: { node: 'type', iri: one.type } } as const;
      const { count = 0 } = await ask(query, { limit: 1, offset: 0, count: true });
      return { ...one, count };
    }),
  );
  return counted.filter(({ count }) => count > 0);
}

export async function countedShapes(
  found: readonly EntityShape[],
  { shown, shape }: Pick<View, 'shown' | 'shape'>,
  ask: Ask,
): Promise<readonly EntityShape[]> {
  const isWhole = ({ types }: Pick<EntityShape, 'types'>): boolean => shown(types) === 'all';
  const counted = new Map<string, EntityShape>();
  const types = [...new Set(found.filter((one) => !isWhole(one)).flatMap((one) => one.types))];
  const type = { node: 'or', of: types.map((iri) => ({ node: 'type', iri }) as const) } as const;
  for (let looked = 0, after = ''; types.length > 0 && looked < lookedMax;) {
    const { entities } = await ask({ type }, { limit: atOnce, offset: 0, after });
    for (const entity of entities) {
      const one = shapeOf(entity);
      if (isWhole(one)) continue;
      const key = JSON.stringify([one.types, one.attrs]);
      counted.set(key, { ...one, count: (counted.get(key)?.count ?? 0) + 1 });
    }
    looked += entities.length;
    const last = entities.at(-1);
    if (!last || entities.length < atOnce) break;
    after = last.id;
  }
  return [...found.filter(isWhole).map(shape), ...counted.values()];
}

function shapeOf({ type, attrs }: Entity): EntityShape {
  const kindsOf = (name: string): AttributeKind[] =>
    [...new Set((attrs[name] ?? []).map((one) => one.type))].toSorted();
  const names = Object.keys(attrs).toSorted();
  return { types: type.toSorted(), attrs: names.map((name) => ({ name, kinds: kindsOf(name) })), count: 1 };
}
