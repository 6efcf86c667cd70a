import type { Entity } from '../../ngsild/entity.ts';

/** Types and attribute names, each sorted, as JSON. */
export function shapeOf(entity: Entity): string {
  return JSON.stringify([entity.type.toSorted(), Object.keys(entity.attrs).toSorted()]);
}

export function parseShape(text: string): { types: readonly string[]; attrs: readonly string[] } {
  const [types, attrs] = JSON.parse(text) as [string[], string[]];
  return { types, attrs };
}
