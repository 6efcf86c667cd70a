/**
 * The shapes of the city as vector tiles: districts, ground, streets. Runs in the tile worker.
 *
 * MVT layers: `district` (areas), `ground` (water, green), `line` (rivers, canals, streams, railways), `street`, `label` (one point per district, water or
 * park, so that a name stands once and not in every tile). Names are `name:tg`, `name:ru`, ...: the style picks.
 */
import type { Feature, Geometry } from 'geojson';
import { areaOf, labelPoint } from '../../base/shapes.ts';
import type { City, Words } from '../../ui/index.ts';
import { encodeTile, featureIndex, type Cut, type CutFeature, type FeatureIndex } from './library.ts';
import { buffer, extent, tileBytesMax } from './limits.ts';
import type { TileIndex } from './tileIndex.ts';
import { zoomMax } from './address.ts';

type District = City['districts'][number];
type Ground = City['ground'][number];
type Street = City['streets'][number];
type GroundLine = City['groundLines'][number];
type AreaGeometry = District['geometry'];

/** A piece of the profile; a big city is handed over in many. */
export type CityPart = {
  readonly districts?: readonly District[];
  readonly ground?: readonly Ground[];
  readonly streets?: readonly Street[];
  readonly groundLines?: readonly GroundLine[];
};

type Thinning = { readonly from: number; readonly namesFrom: number };
/** From which zoom a kind of street is drawn, and named, where there are many of it. The least important first. */
const streetKinds: Readonly<Record<Street['kind'], Thinning>> = {
  path: { from: 14, namesFrom: 16 },
  lane: { from: 13, namesFrom: 15 },
  street: { from: 12, namesFrom: 14 },
  avenue: { from: 8, namesFrom: 11 },
};
/** A kind with no more streets than this is drawn from afar. */
const few = 500;
const fewFrom = 9;
/** Names of parks and water stand from this zoom; those of districts always. */
const groundNamesFrom = 12;
/** Streams are many and thin. */
const streamsFrom = 13;

/** Vector tiles hold whole units: detail of 0.6 m at zoom 14, 4 cm at 18. */
const options = { maxZoom: zoomMax, extent, buffer };

/** Collects the parts; `finish` makes the index. Features keep no names apart from what the tile shows. */
export function cityIndex(): TileIndex<CityPart> {
  const collected: Record<'district' | 'ground' | 'line' | 'label', Feature[]> = {
    district: [],
    ground: [],
    line: [],
    label: [],
  };
  const streets: Record<Street['kind'], Feature[]> = { avenue: [], street: [], lane: [], path: [] };
  let tints = 0;
  let areas: Record<'district' | 'ground' | 'line' | 'label', FeatureIndex> | undefined;
  let lines: readonly { kind: Street['kind']; thinning: Thinning; index: FeatureIndex }[] = [];

  const label = (geometry: AreaGeometry, properties: Record<string, string | number>): void => {
    const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
    const latitude = polygons[0]?.[0]?.[0]?.[1] ?? 0;
    const at = labelPoint(polygons, Math.cos((latitude * Math.PI) / 180));
    if (at) collected.label.push(feature({ type: 'Point', coordinates: [...at] }, properties));
  };

  return {
    add({ districts = [], ground = [], groundLines = [], streets: more = [] }) {
      for (const { id, name, geometry } of districts) {
        const properties = { kind: 'district', id, ...names(name) };
        collected.district.push(feature(geometry, { ...properties, tint: (tints++ % 4) + 1 }));
        label(geometry, properties);
      }
      for (const { kind, name, geometry } of ground) {
        collected.ground.push(feature(geometry, { kind }));
        if (name) label(geometry, { kind, ...names(name), size: sizeOf(geometry) });
      }
      for (const { kind, name, line } of groundLines) {
        collected.line.push(feature({ type: 'LineString', coordinates: line }, { kind, ...(name && names(name)) }));
      }
      for (const { id, kind, name, line } of more) {
        const properties = { kind, ...(id !== undefined && { id }), ...(name && names(name)) };
        streets[kind].push(feature({ type: 'LineString', coordinates: line }, properties));
      }
    },
    finish() {
      const index = (features: Feature[]): FeatureIndex => featureIndex(features, options);
      const { district, ground, line } = collected;
      areas = { district: index(district), ground: index(ground), line: index(line), label: index(collected.label) };
      lines = (Object.keys(streetKinds) as Street['kind'][]).map((kind) => {
        const { from, namesFrom } = streetKinds[kind];
        const many = streets[kind].length > few;
        const thinning = many ? { from, namesFrom } : { from: fewFrom, namesFrom: Math.min(namesFrom, 12) };
        return { kind, thinning, index: index(streets[kind]) };
      });
      const count = district.length + ground.length + line.length + Object.values(streets).flat().length;
      for (const list of [...Object.values(collected), ...Object.values(streets)]) list.length = 0;
      return { features: count };
    },
    tile({ z, x, y }) {
      if (!areas) return { bytes: new Uint8Array(), thinned: 0 };
      const label = some(
        areas.label.getTile(z, x, y),
        ({ tags }) => z >= groundNamesFrom || tags?.['kind'] === 'district',
      );
      const shown = lines.flatMap(({ kind, thinning, index }) => {
        const tile = z >= thinning.from ? index.getTile(z, x, y) : null;
        return tile && tile.features.length > 0 ? [{ kind, tile: z >= thinning.namesFrom ? tile : unnamed(tile) }] : [];
      });
      const layers = (): Record<string, Cut | null | undefined> => ({
        district: areas?.district.getTile(z, x, y),
        ground: areas?.ground.getTile(z, x, y),
        line: some(areas?.line.getTile(z, x, y) ?? null, ({ tags }) => z >= streamsFrom || tags?.['kind'] !== 'stream'),
        street: joined(shown.map(({ tile }) => tile)),
        label,
      });
      let bytes = encodeTile(layers(), extent);
      let thinned = 0;
      // What is least important goes first, a kind at a time: its names, then its lines.
      for (let i = 0; bytes.length > tileBytesMax && i < shown.length; i++) {
        const one = shown[i] as (typeof shown)[number];
        one.tile = unnamed(one.tile);
        bytes = encodeTile(layers(), extent);
        if (bytes.length <= tileBytesMax) break;
        thinned += one.tile.features.length;
        one.tile = { features: [] };
        bytes = encodeTile(layers(), extent);
      }
      return { bytes, thinned };
    },
  };
}

const feature = (
  geometry: { readonly type: string; readonly coordinates: unknown },
  properties: Record<string, string | number>,
): Feature => ({ type: 'Feature', geometry: geometry as Geometry, properties });

function names(words: Words): Record<string, string> {
  const named: Record<string, string> = {};
  for (const [language, text] of Object.entries(words)) named[`name:${language}`] = text;
  return named;
}

/** For the style: larger waters and parks are named first. In millionths of a square degree. */
function sizeOf(geometry: AreaGeometry): number {
  const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
  return Math.round(polygons.reduce((sum, [shell = []]) => sum + areaOf(shell), 0) * 1e6);
}

const some = (tile: Cut | null, keep: (one: CutFeature) => boolean): Cut | null =>
  tile && { features: tile.features.filter(keep) };

function unnamed(tile: Cut): Cut {
  return { features: tile.features.map((one): CutFeature => ({ ...one, tags: { kind: one.tags?.['kind'] } })) };
}

const joined = (tiles: readonly Cut[]): Cut => ({ features: tiles.flatMap(({ features }) => features) });
