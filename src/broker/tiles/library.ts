/**
 * The tile library, with types: its own declarations name files without endings, which this project's module resolution
 * does not find, so that everything in them would silently be of no type.
 */
import { GeoJSONVT } from '@maplibre/geojson-vt';
import { fromGeojsonVt } from '@maplibre/vt-pbf';
import type { Feature } from 'geojson';

type Tags = Readonly<Record<string, string | number | boolean | object | undefined>> | null;

/** A feature of one tile, in tile units. 1 = points, 2 = lines, 3 = areas. */
export type CutFeature =
  | { readonly type: 1; readonly tags: Tags; readonly geometry: readonly (readonly [number, number])[] }
  | {
      readonly type: 2 | 3;
      readonly tags: Tags;
      readonly geometry: readonly (readonly (readonly [number, number])[])[];
    };

export type Cut = { readonly features: readonly CutFeature[] };

/** The features of one kind, from which tiles are cut. */
export type FeatureIndex = {
  /** null: nothing lies there. */
  getTile(z: number, x: number, y: number): Cut | null;
};

export type IndexOptions = {
  readonly maxZoom: number;
  readonly extent: number;
  /** Units beside the tile that it also holds, so that lines and circles are whole at its edge. */
  readonly buffer: number;
  readonly tolerance?: number;
  readonly cluster?: boolean;
  readonly clusterOptions?: {
    readonly maxZoom: number;
    readonly extent: number;
    readonly radius: number;
    readonly minPoints?: number;
  };
};

export function featureIndex(features: readonly Feature[], options: IndexOptions): FeatureIndex {
  const make = GeoJSONVT as unknown as new (data: object, options: IndexOptions) => FeatureIndex;
  return new make({ type: 'FeatureCollection', features }, options);
}

/** Vector tile 2.1 bytes; empty when no layer has a feature. */
export function encodeTile(layers: Readonly<Record<string, Cut | null | undefined>>, extent: number): Uint8Array {
  const filled: Record<string, Cut> = {};
  for (const [name, cut] of Object.entries(layers)) if (cut && cut.features.length > 0) filled[name] = cut;
  if (Object.keys(filled).length === 0) return new Uint8Array();
  const encode = fromGeojsonVt as (layers: Record<string, Cut>, options: object) => Uint8Array;
  return encode(filled, { version: 2, extent });
}
