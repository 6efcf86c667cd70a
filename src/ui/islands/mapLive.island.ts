/**
 * Things that move. A tile is as old as its download; what the stream tells of since then is drawn on top of it, and
 * the point in the tile is hidden.
 */
import type { Feature } from 'geojson';
import type * as MapLibre from 'maplibre-gl';
import { movedSource } from './mapStyle.island.ts';
import { listen } from './stream.island.ts';

/** Two pictures a second are movement enough, and a phone has other things to do. */
const everyMs = 500;
const movedMax = 5000;

export function followMoves(map: MapLibre.Map, live: string): void {
  const places = new Map<string, { readonly at: readonly [number, number]; readonly heard: number }>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const show = (): void => {
    timer = undefined;
    const source = map.getSource<MapLibre.GeoJSONSource>(movedSource);
    if (!source || places.size === 0) return;
    // Only what the tiles in sight hold by itself: others are of another filter, elsewhere, or part of a crowd.
    const known = new Map<string, Record<string, unknown>>();
    for (const { properties } of map.querySourceFeatures('things', { sourceLayer: 'thing' })) {
      const id: unknown = properties['id'];
      // A plain object: what the library made of the tile has no prototype, and it would not take that back.
      if (typeof id === 'string') known.set(id, { ...properties });
    }
    const features: Feature[] = [];
    for (const [id, { at, heard }] of places) {
      const properties = known.get(id);
      if (!properties) continue;
      const geometry = { type: 'Point' as const, coordinates: [...at] };
      features.push({
        type: 'Feature',
        geometry,
        properties: 'heard' in properties ? { ...properties, heard } : properties,
      });
      map.setFeatureState({ source: 'things', sourceLayer: 'thing', id }, { moved: true });
    }
    void source.setData({ type: 'FeatureCollection', features });
  };
  const soon = (): void => {
    timer ??= setTimeout(show, everyMs);
  };

  map.on('moveend', soon);
  listen(live, {
    onChange: ({ id, location: at, at: ms }) => {
      if (!at) return;
      places.delete(id);
      places.set(id, { at, heard: Math.floor(ms / 1000) });
      if (places.size > movedMax) places.delete(places.keys().next().value ?? '');
      soon();
    },
  });
}
