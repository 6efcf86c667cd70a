/**
 * What the drawn map shows and what it leaves out: paths in whole picture units, simplified and clipped, the most
 * important first until the picture is as heavy as a phone on a slow network bears.
 */
import { areaOf, boxOf, labelPoint, simplified, type Pair } from '../base/shapes.ts';
import type { AreaGeometry, City, Position, Words } from '../city/profile.ts';
import type { Projection } from './projection.ts';

/** Characters of path for streets, and for water and green: about 20 and 8 KB zipped. */
const streetChars = 60_000;
const groundChars = 24_000;
const waterChars = 12_000;
/** Detail below this many picture units is not seen. */
const tolerance = 0.75;
/** For the place of a name the shape as a whole is enough. */
const coarse = 3;
/** Streets and grounds that are smaller in the picture are not drawn: units, square units. */
const streetUnitsMin = 4;
const groundUnitsMin = 16;
/** Streets may leave the picture by so much, so that their ends do not show. */
const outside = 24;

const n = (value: number): string => String(Math.round(value));

/** `M10 20l5-3 4 2`: steps are shorter than places, and zip better. Points that fall together are drawn once. */
export function pathOf(points: readonly Pair[], close: boolean): string {
  let [x, y] = (points[0] ?? [0, 0]).map(Math.round) as [number, number];
  let steps = '';
  for (const point of points) {
    const dx = Math.round(point[0]) - x;
    const dy = Math.round(point[1]) - y;
    if (dx === 0 && dy === 0) continue;
    steps += `${steps === '' || dx < 0 ? '' : ' '}${dx}${dy < 0 ? '' : ' '}${dy}`;
    x += dx;
    y += dy;
  }
  if (steps === '') return '';
  return `M${n((points[0] as Pair)[0])} ${n((points[0] as Pair)[1])}l${steps}${close ? 'z' : ''}`;
}

const polygonsOf = (geometry: AreaGeometry): readonly (readonly (readonly Position[])[])[] =>
  geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;

/** An area as a path; empty when it is too small to be seen. */
export function areaPath(geometry: AreaGeometry, { point }: Projection): string {
  return polygonsOf(geometry)
    .flat()
    .map((ring) => pathOf(simplified(ring.map(point), tolerance), true))
    .join('');
}

/** The middle of an area in the picture: where its name stands. */
export function areaMiddle(geometry: AreaGeometry, { point }: Projection): Pair | undefined {
  return labelPoint(polygonsOf(geometry).map((rings) => rings.map((ring) => simplified(ring.map(point), coarse))));
}

/** Square picture units that an area covers, without its holes. */
export function areaSize(geometry: AreaGeometry, { point }: Projection): number {
  return polygonsOf(geometry).reduce((sum, [shell = []]) => sum + areaOf(shell.map(point)), 0);
}

/** Water and green, the largest first until the picture is full. */
export function groundPaths(
  ground: City['ground'],
  projection: Projection,
): readonly { readonly kind: City['ground'][number]['kind']; readonly d: string }[] {
  const { point, width, height } = projection;
  const seen = ground.flatMap(({ kind, geometry }) => {
    const [west, south, east, north] = boxOf(polygonsOf(geometry).flatMap(([shell = []]) => shell.map(point)));
    const size = (east - west) * (north - south);
    return size < groundUnitsMin || east < 0 || west > width || north < 0 || south > height
      ? []
      : [{ kind, geometry, size }];
  });
  seen.sort((a, b) => b.size - a.size);
  let chars = 0;
  const drawn: { kind: City['ground'][number]['kind']; d: string }[] = [];
  for (const { kind, geometry } of seen) {
    const d = areaPath(geometry, projection);
    chars += d.length;
    if (chars > groundChars && drawn.length > 0) break;
    drawn.push({ kind, d });
  }
  return drawn;
}

export type DrawnStreet = {
  readonly street: City['streets'][number];
  readonly points: readonly Pair[];
  readonly length: number;
};

const rank: Readonly<Record<City['streets'][number]['kind'], number>> = { avenue: 0, street: 1, lane: 2, path: 3 };

/**
 * Streets in the picture: main ones first, among equals the longest, until it is full.
 * @returns `left`: how many are not drawn
 */
export function drawnStreets(
  streets: City['streets'],
  projection: Projection,
): { readonly drawn: readonly DrawnStreet[]; readonly left: number } {
  const seen: DrawnStreet[] = [];
  for (const street of streets) {
    for (const part of clipped(street.line.map(projection.point), projection)) {
      const length = lengthOf(part);
      if (length >= streetUnitsMin) seen.push({ street, points: part, length });
    }
  }
  seen.sort((a, b) => rank[a.street.kind] - rank[b.street.kind] || b.length - a.length);
  let chars = 0;
  const drawn: DrawnStreet[] = [];
  for (const one of seen) {
    const points = simplified(one.points, tolerance);
    chars += 8 + points.length * 5;
    if (chars > streetChars) break;
    drawn.push({ ...one, points });
  }
  const shown = new Set(drawn.map(({ street }) => street));
  return { drawn, left: streets.length - shown.size };
}

/** The parts of a line that lie in the picture or just beside it. */
function clipped(points: readonly Pair[], { width, height }: Projection): readonly (readonly Pair[])[] {
  const isIn = ([x, y]: Pair): boolean =>
    x >= -outside && y >= -outside && x <= width + outside && y <= height + outside;
  if (points.every(isIn)) return [points];
  const parts: Pair[][] = [];
  let part: Pair[] | undefined;
  for (let i = 1; i < points.length; i++) {
    const [from, to] = [points[i - 1] as Pair, points[i] as Pair];
    if (!isIn(from) && !isIn(to)) {
      part = undefined;
      continue;
    }
    if (!part) parts.push((part = [from]));
    part.push(to);
  }
  return parts;
}

/** Rivers, canals and railways, the longest first; streams are too many and too thin for this picture. */
export function groundLinePaths(
  lines: City['groundLines'],
  projection: Projection,
): { readonly water: string; readonly rail: string } {
  const paths = { water: '', rail: '' };
  const seen = lines
    .filter(({ kind }) => kind !== 'stream')
    .flatMap(({ kind, line }) =>
      clipped(line.map(projection.point), projection).map((points) => ({ kind, points, length: lengthOf(points) })),
    )
    .filter(({ length }) => length >= streetUnitsMin)
    .sort((a, b) => b.length - a.length);
  for (const { kind, points } of seen) {
    const to = kind === 'rail' ? 'rail' : 'water';
    if (paths[to].length < waterChars) paths[to] += pathOf(simplified(points, tolerance), false);
  }
  return paths;
}

function lengthOf(points: readonly Pair[]): number {
  let length = 0;
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1] as Pair, points[i] as Pair];
    length += Math.hypot(b[0] - a[0], b[1] - a[1]);
  }
  return length;
}

/** All streets of a kind as one path. */
export function streetPath(drawn: readonly DrawnStreet[], kind: City['streets'][number]['kind']): string {
  return drawn
    .filter(({ street }) => street.kind === kind)
    .map(({ points }) => pathOf(points, false))
    .join('');
}

/** Waters and parks below so many square units have no room for a name. */
const namedGroundMin = 400;
const groundNamesMax = 8;

/** The largest waters and parks that have a name, with the middle of each. */
export function namedGround(
  ground: City['ground'],
  projection: Projection,
): readonly { readonly kind: 'water' | 'green'; readonly name: Words; readonly at: Pair }[] {
  return ground
    .flatMap(({ kind, name, geometry }) =>
      name ? [{ kind, name, geometry, size: areaSize(geometry, projection) }] : [],
    )
    .filter(({ size }) => size >= namedGroundMin)
    .sort((a, b) => b.size - a.size)
    .slice(0, groundNamesMax)
    .flatMap(({ kind, name, geometry }) => {
      const at = areaMiddle(geometry, projection);
      return at ? [{ kind, name, at }] : [];
    });
}
