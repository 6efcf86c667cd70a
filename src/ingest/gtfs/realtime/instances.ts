/** Attributes as this folder makes them. */
import { coreContext } from '../../../ngsild/index.ts';
import type { Attributes, Instance, Json } from '../../../ngsild/entity.ts';
import { statusAttribute } from '../../mapping/index.ts';
import { inUri } from '../../mapping/template.ts';

export const iri = (name: string): string => coreContext.expand(name);

/** Attributes while they are gathered. */
export type Gathered = Record<string, readonly Instance[]>;

export type InstanceOptions = { readonly unitCode?: string; readonly flagged?: boolean };

export function property(
  value: Json,
  observedAt: string,
  { unitCode, flagged = false }: InstanceOptions = {},
): Instance {
  return {
    type: 'Property',
    value,
    observedAt,
    ...(unitCode !== undefined && { unitCode }),
    ...(flagged && { sub: flaggedSub }),
  };
}

/** @param position [long, lat] */
export function point(position: readonly [number, number], observedAt: string, flagged: boolean): Instance {
  return {
    type: 'GeoProperty',
    value: { type: 'Point', coordinates: [...position] },
    observedAt,
    ...(flagged && { sub: flaggedSub }),
  };
}

export function relationship(object: string | readonly string[], observedAt: string): Instance {
  return { type: 'Relationship', value: typeof object === 'string' ? object : [...object], observedAt };
}

const flaggedSub: Attributes = { [statusAttribute]: [{ type: 'Property', value: 'flagged' }] };

/** `urn:ngsi-ld:Vehicle:bus:4382`; undefined when the id cannot be part of a URI. */
export function urn(type: string, source: string, id: string): string | undefined {
  const escaped = id === '' ? undefined : inUri(id);
  return escaped === undefined ? undefined : `urn:ngsi-ld:${type}:${source}:${escaped}`;
}

const earliestS = 946_684_800; // 2000
const latestS = 4_102_444_800; // 2100

/** Seconds since 1970 to milliseconds; undefined for zero (nothing said) and for what is no time of this century. */
export function instantMs(seconds: number | undefined): number | undefined {
  return seconds === undefined || seconds < earliestS || seconds > latestS ? undefined : seconds * 1000;
}
