/** Entities as GeoJSON features. CIM 009 v1.9.1, 4.5.16 and 4.5.17; RFC 7946. */
import type { Context } from './context.ts';
import type { Entity, Json } from './entity.ts';
import { representEntity } from './represent.ts';
import type { JsonObject, RepresentOptions } from './represent.ts';

/** IRI of the core attribute that is an entity's place unless another is asked for. */
export const locationIri = 'https://uri.etsi.org/ngsi-ld/location';

export type FeatureOptions = RepresentOptions & {
  /** IRI of the GeoProperty that becomes the geometry; default `location`. */
  readonly geometryProperty?: string;
  /** Which instance of it; default the one without a datasetId. */
  readonly datasetId?: string;
};

/** One entity as a Feature; its geometry is null when it has none (4.5.16.1). */
export function representFeature(entity: Entity, context: Context, options: FeatureOptions = {}): JsonObject {
  const { geometryProperty = locationIri, datasetId } = options;
  const place = entity.attrs[geometryProperty]?.find((instance) => instance.datasetId === datasetId);
  const { id: _, ...properties } = representEntity(entity, context, options);
  return {
    type: 'Feature',
    id: entity.id,
    geometry: place?.type === 'GeoProperty' ? place.value : null,
    properties,
  };
}

/** Several entities as a FeatureCollection. */
export function representFeatures(
  entities: readonly Entity[],
  context: Context,
  options: FeatureOptions = {},
): JsonObject {
  const features: Json[] = entities.map((entity) => representFeature(entity, context, options));
  return { type: 'FeatureCollection', features };
}
