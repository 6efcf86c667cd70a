import type { Entity } from '../../ngsild/entity.ts';

const known = new Map<string, string>();

/** Types and attribute names, each sorted, as JSON. */
export function shapeOf({ type, attrs }: Entity): string {
  // Entities of one source have their attributes in one order; the sorted text is made once for each order.
  let raw = type.length === 1 ? (type[0] as string) : type.join('\u0000');
  raw += '\u0001';
  for (const name in attrs) raw += `\u0000${name}`;
  const found = known.get(raw);
  if (found !== undefined) return found;
  const shape = JSON.stringify([type.toSorted(), Object.keys(attrs).toSorted()]);
  if (known.size >= 10_000) known.clear();
  known.set(raw, shape);
  return shape;
}

export function parseShape(text: string): { types: readonly string[]; attrs: readonly string[] } {
  const [types, attrs] = JSON.parse(text) as [string[], string[]];
  return { types, attrs };
}
