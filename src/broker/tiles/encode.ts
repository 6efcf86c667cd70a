import { fromGeojsonVt } from '@maplibre/vt-pbf';
import type { GeoJSONVTFeature, GeoJSONVTTile } from '@maplibre/geojson-vt';

/** Units on a tile's side. */
export const extent = 4096;
/** No tile is larger, before compression: a phone takes several at once. */
export const tileBytesMax = 500_000;

/** MVT layers of one tile by name; layers without features are left out. */
export type TileLayers = Readonly<Record<string, GeoJSONVTTile | null | undefined>>;

/** Vector tile 2.1 bytes; empty when no layer has a feature. */
export function encodeTile(layers: TileLayers): Uint8Array {
  const filled: Record<string, GeoJSONVTTile> = {};
  for (const [name, tile] of Object.entries(layers)) if (tile && tile.features.length > 0) filled[name] = tile;
  return Object.keys(filled).length === 0 ? new Uint8Array() : fromGeojsonVt(filled, { version: 2, extent });
}

/** A tile of some of the features, with other properties. */
export function withFeatures(tile: GeoJSONVTTile, features: readonly GeoJSONVTFeature[]): GeoJSONVTTile {
  return { ...tile, features: [...features] };
}
