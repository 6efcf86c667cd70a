/** Entities as GeoJSON features. CIM 009 v1.9.1, 4.5.16 and 4.5.17; RFC 7946. */
import type { Context } from './context.ts';
import type { Entity, Instance } from './entity.ts';
import { representEntity } from './represent.ts';
import type { JsonObject, RepresentOptions } from './represent.ts';

/** IRI of the core attribute that is an entity's place unless another is asked for. */
export const locationIri = 'https://uri.etsi.org/ngsi-ld/location';

export type FeatureOptions = RepresentOptions & {
  /** IRI of the GeoProperty that becomes the geometry; default `location`. */
  readonly geometryProperty?: string;
};

/** One entity as a Feature; its geometry is null when it has none (4.5.16.1). */
export function representFeature(entity: Entity, context: Context, options: FeatureOptions = {}): JsonObject {
  const place = placeOf(entity, options);
  const { id: _, ...properties } = representEntity(entity, context, options);
  return {
    type: 'Feature',
    id: entity.id,
    geometry: place?.type === 'GeoProperty' ? place.value : null,
    properties,
  };
}

/** Of several instances the one whose dataset is asked for, else the default one (4.5.16.1). */
function placeOf(entity: Entity, { geometryProperty = locationIri, datasetIds }: FeatureOptions): Instance | undefined {
  const instances = entity.attrs[geometryProperty] ?? [];
  const asked = datasetIds ? instances.filter(({ datasetId = '@none' }) => datasetIds.has(datasetId)) : instances;
  return asked.length === 1 && datasetIds ? asked[0] : asked.find(({ datasetId }) => datasetId === undefined);
}

/** Several entities as a FeatureCollection. */
export function featureCollection(features: readonly JsonObject[]): JsonObject {
  return { type: 'FeatureCollection', features: [...features] };
}
