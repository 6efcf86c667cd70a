/**
 * Entities as vector tiles. Runs in the tile worker.
 *
 * MVT layers: `thing` (a point for each entity; one that is a line or an area has its point in the middle), `shape` (the
 * lines and areas themselves). Where there are many, ordinary ones that lie close together are one point with their
 * `count`; those that need attention always stand for themselves.
 */
import type { Feature, Geometry as DrawnGeometry } from 'geojson';
import { labelPoint } from '../../base/shapes.ts';
import type { Geometry } from '../../ngsild/query.ts';
import { zoomMax } from './address.ts';
import { encodeTile, featureIndex, type Cut, type CutFeature, type FeatureIndex } from './library.ts';
import { buffer, extent, tileBytesMax } from './limits.ts';
import type { TileIndex, TileWords } from './tileIndex.ts';

/** What a tile says of one entity. */
export type Thing = {
  readonly id: string;
  /** Short name of its first type. */
  readonly type: string;
  /** One text, or one per language; absent: it is called after its type. */
  readonly name?: string | Readonly<Record<string, string>>;
  readonly state?: 'trouble' | 'warn';
  readonly simulated?: true;
  /** Of what moves: when it last said where it is, seconds since 1970. */
  readonly heard?: number;
  readonly geometry: Geometry;
};
export type ThingsPart = { readonly things?: readonly Thing[] };

type Known = Omit<Thing, 'geometry'> & {
  /** Set on the point of something that is not one itself. */
  readonly shape?: 'line' | 'area';
};

/** As many points can be drawn one by one without harm. */
const crowd = 3000;
/** Points nearer than this, in tile units, become one where there is a crowd: 40 pixels of a tile that is 512 wide. */
const togetherWithin = (40 * extent) / 512;

export function thingsIndex(): TileIndex<ThingsPart> {
  let ordinary: Feature[] = [];
  let urgent: Feature[] = [];
  let drawn: Feature[] = [];
  let indexes: { ordinary: FeatureIndex; urgent: FeatureIndex; drawn: FeatureIndex } | undefined;
  return {
    add({ things = [] }) {
      for (const { geometry, ...known } of things) {
        const point = pointOf(geometry);
        if (point !== geometry) drawn.push(featureOf(geometry, known));
        const shape = point === geometry ? undefined : geometry.type.endsWith('Polygon') ? 'area' : 'line';
        if (point) (known.state ? urgent : ordinary).push(featureOf(point, { ...known, ...(shape && { shape }) }));
      }
    },
    finish() {
      const features = ordinary.length + urgent.length;
      const plain = { maxZoom: zoomMax, extent, buffer };
      const clusterOptions = { maxZoom: zoomMax - 1, extent, radius: togetherWithin };
      indexes = {
        ordinary: featureIndex(ordinary, ordinary.length > crowd ? { ...plain, cluster: true, clusterOptions } : plain),
        urgent: featureIndex(urgent, plain),
        drawn: featureIndex(drawn, plain),
      };
      [ordinary, urgent, drawn] = [[], [], []];
      return { features };
    },
    tile({ z, x, y }, words = { languages: [], types: {} }) {
      if (!indexes) return { bytes: new Uint8Array(), thinned: 0 };
      const cut = (index: FeatureIndex): readonly CutFeature[] => index.getTile(z, x, y)?.features ?? [];
      // What needs attention comes last, so that it is drawn on top.
      const [points, alarms, shapes] = [cut(indexes.ordinary), cut(indexes.urgent), cut(indexes.drawn)];
      const all = points.length + alarms.length + shapes.length;
      // Every n-th stays when the tile is too large: evenly, so that the picture keeps its pattern.
      for (let n = 1; ; n++) {
        const some = (features: readonly CutFeature[]): readonly CutFeature[] => features.filter((_, i) => i % n === 0);
        const thing = [...some(points), ...(n < 50 ? alarms : some(alarms))];
        const shape = some(shapes);
        const bytes = encodeTile({ shape: told(shape, words, false), thing: told(thing, words, true) }, extent);
        if (bytes.length <= tileBytesMax) return { bytes, thinned: all - thing.length - shape.length };
        n = Math.max(n, Math.floor((n * bytes.length) / tileBytesMax) - 1);
      }
    },
  };
}

const featureOf = (geometry: Geometry, known: Known): Feature => ({
  type: 'Feature',
  geometry: geometry as DrawnGeometry,
  properties: known,
});

/** The point that stands for a geometry; points stand for themselves. */
function pointOf(geometry: Geometry): Geometry | undefined {
  switch (geometry.type) {
    case 'Point':
    case 'MultiPoint':
      return geometry;
    case 'LineString':
      return at(geometry.coordinates[geometry.coordinates.length >> 1]);
    case 'MultiLineString': {
      const longest = geometry.coordinates.toSorted((a, b) => b.length - a.length)[0] ?? [];
      return at(longest[longest.length >> 1]);
    }
    case 'Polygon':
      return at(middleOf([geometry.coordinates]));
    case 'MultiPolygon':
      return at(middleOf(geometry.coordinates));
  }
}

type Rings = readonly (readonly (readonly number[])[])[];

function middleOf(polygons: readonly Rings[]): readonly number[] | undefined {
  const pairs = polygons.map((rings) => rings.map((ring) => ring.map(([x = 0, y = 0]) => [x, y] as const)));
  const start = pairs[0]?.[0]?.[0];
  return labelPoint(pairs, Math.cos(((start?.[1] ?? 0) * Math.PI) / 180)) ?? start;
}

const at = (position: readonly number[] | undefined): Geometry | undefined =>
  position && { type: 'Point', coordinates: [position[0] ?? 0, position[1] ?? 0] };

function told(features: readonly CutFeature[], words: TileWords, full: boolean): Cut {
  return {
    features: features.map((feature): CutFeature => {
      const tags = feature.tags ?? {};
      if (tags['cluster'] === true) return { ...feature, tags: { count: tags['point_count'] } };
      const { id, type, name, state, simulated, heard, shape } = tags as unknown as Known;
      return {
        ...feature,
        tags: {
          id,
          type,
          ...(full && { name: nameOf({ id, type, ...(name !== undefined && { name }) }, words) }),
          ...(full && { href: hrefOf(id, words) }),
          ...(state && { state }),
          ...(simulated && { simulated }),
          ...(heard !== undefined && { heard }),
          ...(shape && { shape }),
        },
      };
    }),
  };
}

function nameOf({ id, type, name }: Pick<Known, 'id' | 'type' | 'name'>, { languages, types }: TileWords): string {
  if (typeof name === 'string') return name;
  for (const language of name ? languages : []) {
    const text = name?.[language];
    if (text !== undefined) return text;
  }
  return (name && Object.values(name)[0]) ?? `${types[type] ?? type} ${id.split(':').at(-1) ?? id}`;
}

/** The entity's page in the reader's language. */
const hrefOf = (id: string, { languages }: TileWords): string =>
  `${languages[0] === undefined ? '' : `/${languages[0]}`}/entities/${encodeURIComponent(id).replaceAll('%3A', ':')}`;
