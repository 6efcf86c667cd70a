/**
 * What moves and has not been heard for long is drawn hollow. Which that is changes with the clock, not with the tiles:
 * they say when a thing was heard (`heard`, seconds since 1970).
 */
import type { ExpressionSpecification, Map, MapGeoJSONFeature, Popup } from 'maplibre-gl';
import { clockText, dayText } from '../locales/clock.ts';

export type Heard = {
  readonly silentAfterMs: number;
  /** How far the server's clock is ahead of this one. */
  readonly aheadMs: number;
};

/** The colours of points by their state; the hollow ones have that of the ground and an edge. */
export type PointColours = {
  readonly state: ExpressionSpecification;
  readonly paper: string;
  readonly edge: string;
};

const secondsNow = ({ aheadMs }: Heard): number => Math.floor((Date.now() + aheadMs) / 1000);
const whole = 1e11;

export function pointPaint(
  { state, paper, edge }: PointColours,
  heard: Heard,
): Record<string, ExpressionSpecification> {
  const calm: ExpressionSpecification = ['!', ['has', 'state']];
  const limit = secondsNow(heard) - heard.silentAfterMs / 1000;
  const silent: ExpressionSpecification = ['all', calm, ['<', ['coalesce', ['get', 'heard'], whole], limit]];
  return {
    'circle-color': ['case', silent, paper, state],
    'circle-stroke-color': ['case', silent, edge, paper],
  };
}

const everyMs = 60_000;

/** Looks at the clock each minute. */
export function followClock(map: Map, layers: readonly string[], paintNow: () => ReturnType<typeof pointPaint>): void {
  setInterval(() => {
    for (const [name, value] of Object.entries(paintNow())) {
      for (const layer of layers) {
        if (map.getLayer(layer)) map.setPaintProperty(layer, name as 'circle-color', value);
      }
    }
  }, everyMs);
}

/** Name and last word of the point under the pointer; who has a finger opens its page. */
export function tellPoints(
  map: Map,
  popup: Popup,
  layers: readonly string[],
  { lastHeard, offsetMs, heard }: { readonly lastHeard: string; readonly offsetMs: number; readonly heard: Heard },
): void {
  const textOf = ({ properties }: MapGeoJSONFeature): string => {
    const name = String(properties['name'] ?? '');
    const at: unknown = properties['heard'];
    if (typeof at !== 'number') return name;
    const today = dayText(secondsNow(heard) * 1000, offsetMs);
    const day = dayText(at * 1000, offsetMs);
    const time = `${day === today ? '' : `${day} `}${clockText(at * 1000, offsetMs)}`;
    return `${name}: ${lastHeard.replace('{time}', time)}`;
  };
  for (const layer of layers) {
    map.on('mousemove', layer, ({ features = [], lngLat }) => {
      const [feature] = features;
      if (feature) popup.setLngLat(lngLat).setText(textOf(feature)).addTo(map);
    });
    map.on('mouseleave', layer, () => {
      popup.remove();
    });
  }
}
