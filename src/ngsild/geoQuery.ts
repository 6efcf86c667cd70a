/** The geoquery parameters. CIM 009 v1.9.1, 4.10. */
import { Problem } from '../base/problem.ts';
import { attributeIri } from './attributeName.ts';
import type { Context } from './context.ts';
import { locationIri } from './geojson.ts';
import { checkGeometry } from './geometry.ts';
import type { GeoNode } from './query.ts';
import { shapeOf } from './shape.ts';

/** As in a query string (`coordinates` is text) or in the member `geoQ` of a body (text or array). */
export type GeoParameters = {
  readonly georel?: string | undefined;
  readonly geometry?: string | undefined;
  readonly coordinates?: unknown;
  readonly geoproperty?: string | undefined;
};

const relations = ['within', 'contains', 'intersects', 'equals', 'disjoint', 'overlaps'] as const;
const nearPattern = /^near((?:;(?:max|min)Distance==[^;]*){1,2})$/;
/** A reference geometry is compared with many: a coastline belongs into an entity, not into a query. */
const maxPositions = 10_000;
const numberPattern = /^(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * @returns undefined when there is no geoquery
 * @throws Problem bad-data, too-complex; its field is the parameter
 */
export function parseGeo(parameters: GeoParameters, context: Context): GeoNode | undefined {
  const { georel, geometry, coordinates, geoproperty } = parameters;
  if (georel === undefined && geometry === undefined && coordinates === undefined) return undefined;
  for (const [name, value] of Object.entries({ georel, geometry, coordinates })) {
    if (value === undefined || value === '') throw new Problem('bad-data', `a geoquery needs ${name} (4.10)`, name);
  }
  const node = {
    geometry: checkGeometry({ type: geometry, coordinates: parsed(coordinates) }, 'geometry'),
    property: geoproperty === undefined ? locationIri : attributeIri(geoproperty, context, 'geoproperty'),
  };
  if (shapeOf(node.geometry).positions.length > maxPositions) {
    throw new Problem('too-complex', `a geoquery has at most ${maxPositions} positions`, 'coordinates');
  }
  const relation = relations.find((known) => known === georel);
  if (relation) return { relation, ...node };
  const near = nearPattern.exec(georel ?? '');
  if (!near?.[1]) {
    throw new Problem(
      'bad-data',
      `georel is near;maxDistance==m, near;minDistance==m, ${relations.join(', ')}`,
      'georel',
    );
  }
  const distances: { maxDistanceM?: number; minDistanceM?: number } = {};
  for (const part of near[1].slice(1).split(';')) {
    const member = part.startsWith('max') ? 'maxDistanceM' : 'minDistanceM';
    const text = part.slice('maxDistance=='.length);
    const metres = Number(text);
    if (!numberPattern.test(text) || !(metres > 0) || !Number.isFinite(metres)) {
      throw new Problem('bad-data', 'a distance is a positive number of metres', 'georel');
    }
    if (distances[member] !== undefined) throw new Problem('bad-data', 'the distance is given twice', 'georel');
    distances[member] = metres;
  }
  return { relation: 'near', ...node, ...distances };
}

function parsed(coordinates: unknown): unknown {
  if (typeof coordinates !== 'string') return coordinates;
  try {
    return JSON.parse(coordinates);
  } catch {
    throw new Problem('bad-data', 'coordinates are a JSON array as in GeoJSON', 'coordinates');
  }
}

/** Writes the parameters again; `parseGeo` gives the same node for them. */
export function printGeo(
  node: GeoNode,
  context: Context,
): Record<'georel' | 'geometry' | 'coordinates' | 'geoproperty', string> {
  const max = node.maxDistanceM === undefined ? '' : `;maxDistance==${node.maxDistanceM}`;
  const min = node.minDistanceM === undefined ? '' : `;minDistance==${node.minDistanceM}`;
  return {
    georel: `${node.relation}${max}${min}`,
    geometry: node.geometry.type,
    coordinates: JSON.stringify(node.geometry.coordinates),
    geoproperty: context.compact(node.property),
  };
}
