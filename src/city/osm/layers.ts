/** What an extract gives to a profile: streets, ground, places, addresses, as features in the profile's words. */
import { boxOf, inArea, type Ring } from '../geometry.ts';
import type { Position } from '../profile.ts';
import { unitsPerDegree, type Tags } from './block.ts';
import { absent, type Extract, type OsmRelation, type OsmWay } from './extract.ts';
import { areaKind, lineKind, placeKind, streetKind } from './kinds.ts';
import type { Outline } from './outline.ts';
import { cleanRing, cutLine, cutRing, joined, ringAreaM2, rounded, simplified, type Piece } from './shapes.ts';

export type OsmFeature = {
  readonly properties: Readonly<Record<string, string | number>>;
  readonly geometry:
    | { readonly type: 'Point'; readonly coordinates: Position }
    | { readonly type: 'LineString'; readonly coordinates: readonly Position[] }
    | { readonly type: 'Polygon'; readonly coordinates: readonly Ring[] }
    | { readonly type: 'MultiPolygon'; readonly coordinates: readonly (readonly Ring[])[] };
};

export type Layers = {
  readonly streets: readonly OsmFeature[];
  readonly ground: readonly OsmFeature[];
  readonly places: readonly OsmFeature[];
  readonly addresses: readonly OsmFeature[];
  /** What was found and not taken, by reason; only reasons that occur. */
  readonly left: Readonly<Record<string, number>>;
};

const toleranceM = 1.5;
/** A lawn of 40 by 50 metres, a pond of 20 by 25: smaller ones are not seen on a map of a city. */
const areaLeastM2 = { green: 2000, water: 500 };

export function layersOf(extract: Extract, outline?: Outline): Layers {
  const left: Record<string, number> = { ...extract.left };
  const leave = (reason: string): void => void (left[reason] = (left[reason] ?? 0) + 1);
  const parts = (way: OsmWay): Piece[] => {
    const { pieces, missing } = piecesOf(extract, way);
    if (missing) leave('ways with nodes that the file does not hold');
    return pieces;
  };
  const isNear = (points: readonly Position[]): boolean => !outline || outline.touches(points);
  const context: Context = { extract, ...(outline && { outline }), leave, parts, isNear };
  const { streets, lines } = linesOf(context);
  const points = pointsOf(context);
  return { streets, ground: [...areasOf(context), ...lines], ...points, left };
}

type Context = {
  readonly extract: Extract;
  readonly outline?: Outline;
  readonly leave: (reason: string) => void;
  readonly parts: (way: OsmWay) => Piece[];
  readonly isNear: (points: readonly Position[]) => boolean;
};

/** A way in degrees; where nodes are missing it falls into pieces. */
function piecesOf({ points: { refs, longs, lats } }: Extract, way: OsmWay): { pieces: Piece[]; missing: boolean } {
  const pieces: Piece[] = [];
  let missing = false;
  let points: Position[] = [];
  let first = 0;
  const close = (last: number): void => {
    if (points.length > 1) pieces.push({ points, first, last });
    points = [];
  };
  for (let i = way.from; i < way.from + way.count; i++) {
    if (longs[i] === absent) {
      missing = true;
      close(refs[i - 1] as number);
      continue;
    }
    if (points.length === 0) first = refs[i] as number;
    points.push([(longs[i] as number) / unitsPerDegree, (lats[i] as number) / unitsPerDegree]);
  }
  close(refs[way.from + way.count - 1] as number);
  return { pieces, missing };
}

/** Names as the tags have them. Uzbek in Latin letters is `uz` here. */
function namesOf(tags: Tags): Record<string, string> {
  const names: Record<string, string> = {};
  for (const [key, value] of Object.entries(tags)) {
    const plain = /^((?:alt|old|official|short|loc|int)_)?name(?::(.+))?$/.exec(key);
    if (!plain || value.trim() === '') continue;
    const to = key.replace(/:uz-Latn$/, ':uz');
    if (to === key || tags[to] === undefined) names[to] = value.trim().normalize('NFC');
  }
  return names;
}

const nameWords = (tags: Tags): string =>
  Object.entries(namesOf(tags))
    .filter(([key]) => key.startsWith('name'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flat()
    .join('\n');

function linesOf(context: Context): { streets: OsmFeature[]; lines: OsmFeature[] } {
  const { extract, leave, parts, isNear } = context;
  type Group = { layer: 'streets' | 'lines'; kind: string; pieces: Piece[]; ways: OsmWay[] };
  const groups = new Map<string, Group>();
  for (const way of extract.ways.values()) {
    const street = streetKind(way.tags);
    const kind = street ?? lineKind(way.tags);
    if (kind === undefined) continue;
    const layer = street ? 'streets' : 'lines';
    const key = `${layer}\n${kind}\n${nameWords(way.tags)}`;
    let group = groups.get(key);
    if (!group) groups.set(key, (group = { layer, kind, pieces: [], ways: [] }));
    for (const piece of parts(way)) {
      if (!isNear(piece.points)) {
        leave('ways outside the districts');
        continue;
      }
      group.pieces.push(piece);
      group.ways.push(way);
    }
  }
  const found = { streets: [] as OsmFeature[], lines: [] as OsmFeature[] };
  for (const { layer, kind, pieces, ways } of groups.values()) {
    for (const { points, of } of joined(pieces)) {
      const made = of.map((i) => ways[i] as OsmWay);
      const names = Object.assign({}, ...made.toReversed().map(({ tags }) => namesOf(tags))) as Record<string, string>;
      const id = [...new Set(made.map((way) => `way/${way.id}`))].join(';');
      for (const part of context.outline ? cutLine(points, context.outline.box) : [points]) {
        const line = rounded(simplified(part, toleranceM));
        if (line.length < 2) leave('lines shorter than a decimetre');
        else {
          found[layer].push({
            properties: { kind, ...names, 'osm:id': id },
            geometry: { type: 'LineString', coordinates: line },
          });
        }
      }
    }
  }
  return found;
}

/** The rings of a closed way or of the members of a multipolygon; empty when they do not close. */
function ringsOf(context: Context, ways: readonly (OsmWay | undefined)[]): Ring[] {
  const pieces = ways.flatMap((way) => (way ? context.parts(way) : []));
  return joined(pieces)
    .map(({ points }) => points)
    .filter((points) => {
      const [first, last] = [points[0], points.at(-1)];
      return points.length > 3 && first?.[0] === last?.[0] && first?.[1] === last?.[1];
    });
}

/** Shells with their holes; the tags say what they are, the members what they look like. */
function polygonsOfRelation(context: Context, relation: OsmRelation): { shells: Ring[]; holes: Ring[] } {
  const { ways } = context.extract;
  const members = relation.members.filter(({ kind }) => kind === 'way');
  const of = (inner: boolean): Ring[] =>
    ringsOf(
      context,
      members.filter(({ role }) => (role === 'inner') === inner).map(({ ref }) => ways.get(ref)),
    );
  return { shells: of(false), holes: of(true) };
}

function areasOf(context: Context): OsmFeature[] {
  const { extract, leave } = context;
  const features: OsmFeature[] = [];
  const add = (
    kind: 'water' | 'green',
    tags: Tags,
    id: string,
    shells: readonly Ring[],
    holes: readonly Ring[],
  ): void => {
    const polygon = shells.flatMap((shell) => cleanPolygon(context, kind, shell, holes));
    if (polygon.length === 0) return;
    features.push({
      properties: { kind, ...namesOf(tags), 'osm:id': id },
      geometry:
        polygon.length === 1
          ? { type: 'Polygon', coordinates: polygon[0] as Ring[] }
          : { type: 'MultiPolygon', coordinates: polygon },
    });
  };
  const drawn = new Set<number>();
  for (const relation of extract.relations) {
    const kind = areaKind(relation.tags);
    if (!kind || !relation.members.some(({ ref }) => extract.ways.has(ref))) continue;
    const { shells, holes } = polygonsOfRelation(context, relation);
    if (shells.length === 0) leave('areas whose border does not close');
    add(kind, relation.tags, `relation/${relation.id}`, shells, holes);
    // The outer way of an old multipolygon may carry the same tags: it would cover its own holes.
    for (const { ref, role } of relation.members) {
      if (role !== 'inner' && areaKind(extract.ways.get(ref)?.tags ?? {}) === kind) drawn.add(ref);
    }
  }
  for (const way of extract.ways.values()) {
    const kind = areaKind(way.tags);
    if (!kind || drawn.has(way.id)) continue;
    const rings = ringsOf(context, [way]);
    if (rings.length === 0) leave('areas whose border does not close');
    add(kind, way.tags, `way/${way.id}`, rings, []);
  }
  // The largest first, so that a pond is drawn on its park.
  const size = ({ geometry }: OsmFeature): number => {
    const ring = geometry.type === 'Polygon' ? geometry.coordinates[0] : undefined;
    return ring ? Math.abs(ringAreaM2(ring)) : Infinity;
  };
  return features
    .map((feature) => ({ feature, water: feature.properties['kind'] === 'water', size: size(feature) }))
    .sort((a, b) => Number(a.water) - Number(b.water) || b.size - a.size)
    .map(({ feature }) => feature);
}

/** RFC 7946, 3.1.6: the shell against the clock, holes with it. */
const turned = (ring: Ring, against: boolean): Ring => (ringAreaM2(ring) > 0 === against ? ring : ring.toReversed());

function cleanPolygon(context: Context, kind: 'water' | 'green', shell: Ring, holes: readonly Ring[]): Ring[][] {
  const { outline, leave, isNear } = context;
  const cut = outline ? cutRing(shell, outline.box) : shell;
  const area = { type: 'Polygon', coordinates: [shell] } as const;
  // A forest around the whole city passes through none of it.
  const isAround = outline !== undefined && inArea(outline.middle, area);
  if (!cut || !(isAround || isNear(cut))) {
    leave('areas outside the districts');
    return [];
  }
  if (Math.abs(ringAreaM2(cut)) < areaLeastM2[kind]) {
    leave(`${kind} areas of less than ${areaLeastM2[kind]} m²`);
    return [];
  }
  const clean = cleanRing(cut, toleranceM);
  if (!clean) {
    leave('areas whose border crosses itself');
    return [];
  }
  const own = holes.flatMap((hole) => {
    if (!inArea(hole[0] as Position, area)) return [];
    const inner = outline ? cutRing(hole, outline.box) : hole;
    const ring = inner && cleanRing(inner, toleranceM);
    return ring ? [turned(ring, false)] : [];
  });
  return [[turned(clean, true), ...own]];
}

/** The middle of the box of a thing: good enough for a pin. */
function middleOf(points: readonly Position[]): Position {
  const [west, south, east, north] = boxOf(points);
  return [(west + east) / 2, (south + north) / 2];
}

function pointsOf(context: Context): { places: OsmFeature[]; addresses: OsmFeature[] } {
  const { extract, leave, isNear, parts } = context;
  const places: OsmFeature[] = [];
  const addresses: OsmFeature[] = [];
  const add = (tags: Tags, id: string, at: Position | undefined): void => {
    if (!at || !isNear([at])) return;
    const [point] = rounded([at]);
    const geometry = { type: 'Point', coordinates: point as Position } as const;
    const kind = placeKind(tags);
    if (kind !== undefined) places.push({ properties: { kind, ...namesOf(tags), 'osm:id': id }, geometry });
    const number = tags['addr:housenumber']?.trim();
    if (!number || tags['addr:interpolation'] !== undefined) return;
    const street = (tags['addr:street'] ?? tags['addr:place'])?.trim().normalize('NFC');
    if (!street) leave('house numbers without a street');
    else addresses.push({ properties: { street, number, 'osm:id': id }, geometry });
  };
  const numbered = new Map<number, Tags>();
  for (const { id, at, tags } of extract.nodes) {
    if (tags['addr:housenumber'] !== undefined) numbered.set(id, tags);
    add(tags, `node/${id}`, [at[0] / unitsPerDegree, at[1] / unitsPerDegree]);
  }
  const wanted = (tags: Tags): boolean => tags['addr:housenumber'] !== undefined || placeKind(tags) !== undefined;
  for (const way of extract.ways.values()) {
    if (way.tags['addr:interpolation'] !== undefined) {
      const found = interpolation(context, way, numbered);
      if (found) addresses.push(found);
      else leave('interpolated house numbers without whole numbers at both ends');
    } else if (wanted(way.tags)) {
      const points = parts(way).flatMap((piece) => piece.points);
      if (points.length > 0) add(way.tags, `way/${way.id}`, middleOf(points));
    }
  }
  for (const relation of extract.relations) {
    if (!wanted(relation.tags)) continue;
    const points = polygonsOfRelation(context, relation).shells.flat();
    if (points.length > 0) add(relation.tags, `relation/${relation.id}`, middleOf(points));
  }
  return { places, addresses };
}

/** `addr:interpolation`: a line between two house numbers, the ones between stand along it. */
function interpolation(context: Context, way: OsmWay, numbered: ReadonlyMap<number, Tags>): OsmFeature | undefined {
  const { refs } = context.extract.points;
  const [piece] = context.parts(way);
  const [first, last] = [
    numbered.get(refs[way.from] as number),
    numbered.get(refs[way.from + way.count - 1] as number),
  ];
  const street = (way.tags['addr:street'] ?? first?.['addr:street'] ?? last?.['addr:street'])?.trim().normalize('NFC');
  const [from, to] = [first, last].map((tags) => Number(tags?.['addr:housenumber']?.trim()));
  if (!piece || !street || !Number.isSafeInteger(from) || !Number.isSafeInteger(to)) return undefined;
  const step = way.tags['addr:interpolation'] as string;
  if (!['odd', 'even', 'all'].includes(step) || !context.isNear(piece.points)) return undefined;
  return {
    properties: { street, from: from as number, to: to as number, step, 'osm:id': `way/${way.id}` },
    geometry: { type: 'LineString', coordinates: rounded(simplified(piece.points, toleranceM)) },
  };
}
