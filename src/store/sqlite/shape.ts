/** What the state store keeps beside an entity's JSON: its shape and the box around its places. */
import type { Entity, Json } from '../../ngsild/entity.ts';
import type { Tenant } from '../ports.ts';
import type { EntityWrite } from './apply.ts';
import { shapeOf } from './shapeText.ts';

/** `west,south,east,north` in degrees; a prefilter only, so one box around all places of the entity is enough. */
export type Box = readonly [west: number, south: number, east: number, north: number];

/** The box around every GeoProperty of the entity; undefined when it has none. */
export function boxOf(entity: Entity): Box | undefined {
  let box: [number, number, number, number] | undefined;
  const take = (coordinates: Json | undefined): void => {
    if (!Array.isArray(coordinates)) return;
    const [x, y] = coordinates;
    if (typeof x !== 'number' || typeof y !== 'number') {
      for (const part of coordinates) take(part);
      return;
    }
    box ??= [x, y, x, y];
    if (x < box[0]) box[0] = x;
    if (y < box[1]) box[1] = y;
    if (x > box[2]) box[2] = x;
    if (y > box[3]) box[3] = y;
  };
  const takeGeometry = (geometry: Json): void => {
    if (typeof geometry !== 'object' || geometry === null || Array.isArray(geometry)) return;
    take(geometry['coordinates']);
    const parts = geometry['geometries'];
    if (Array.isArray(parts)) for (const part of parts) takeGeometry(part);
  };
  for (const name in entity.attrs) {
    for (const { type, value } of entity.attrs[name] ?? []) if (type === 'GeoProperty') takeGeometry(value);
  }
  return box;
}

/** What the state store writes for an entity's last version; `entity` undefined: it is gone. */
export function entityWrite(tenant: Tenant, id: string, seq: number, entity: Entity | undefined): EntityWrite {
  if (!entity) return { tenant, id, seq, body: null, shape: '', box: null };
  const box = boxOf(entity);
  return { tenant, id, seq, body: JSON.stringify(entity), shape: shapeOf(entity), box: box ? box.join(',') : null };
}
