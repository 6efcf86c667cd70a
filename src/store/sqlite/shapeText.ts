import { attributeKinds } from '../../ngsild/entity.ts';
import type { Entity, Instance } from '../../ngsild/entity.ts';
import type { EntityShape } from '../ports.ts';

const known = new Map<string, string>();
const codes: ReadonlyMap<string, string> = new Map(attributeKinds.map((kind, i) => [kind, String(i)]));

/** The kinds of an attribute's instances, one digit each. */
function kindsOf(instances: readonly Instance[]): string {
  const [first] = instances;
  if (instances.length === 1) return codes.get(first?.type ?? '') ?? '';
  return [...new Set(instances.map(({ type }) => codes.get(type) ?? ''))].toSorted().join('');
}

/** Types, attribute names and the kinds of each attribute, as JSON; both lists sorted. */
export function shapeOf({ type, attrs }: Entity): string {
  // Entities of one source have their attributes in one order; the sorted text is made once for each order.
  let raw = type.length === 1 ? (type[0] as string) : type.join('\u0000');
  raw += '\u0001';
  for (const name in attrs) raw += `\u0000${kindsOf(attrs[name] ?? [])}${name}`;
  const found = known.get(raw);
  if (found !== undefined) return found;
  const names = Object.keys(attrs).toSorted();
  const shape = JSON.stringify([type.toSorted(), names, names.map((name) => kindsOf(attrs[name] ?? []))]);
  if (known.size >= 10_000) known.clear();
  known.set(raw, shape);
  return shape;
}

export function parseShape(text: string): Omit<EntityShape, 'count'> {
  const [types, names, kinds] = JSON.parse(text) as [string[], string[], string[]];
  const attrs = names.map((name, i) => ({
    name,
    kinds: (kinds[i] ?? '').split('').flatMap((digit) => attributeKinds[Number(digit)] ?? []),
  }));
  return { types, attrs };
}
