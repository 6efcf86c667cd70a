/**
 * Takes out of an extract what a city map is made of, in three passes: relations, tagged nodes and which nodes lie in
 * the box; then the ways that touch it; then the positions of their nodes. Memory grows with the city, not with the
 * file: blobs without anything wanted are not even decompressed again.
 */
import type { Box } from '../geometry.ts';
import { readBlock, unitsPerDegree, type BlockContent, type Handlers, type Member, type Tags } from './block.ts';
import { guarded, openOsmFile, type OsmFile } from './blobs.ts';
import { readHeader, type OsmHeader } from './header.ts';
import { areaKind, keyUse, lineKind, noStreet, placeKind, streetKind } from './kinds.ts';
import { growing, sortedIds } from './numbers.ts';
import { Problem } from '../../base/problem.ts';

export type OsmNode = { readonly id: number; readonly at: readonly [number, number]; readonly tags: Tags };
export type OsmWay = {
  readonly id: number;
  readonly tags: Tags;
  /** Where its points begin in the pool, and how many there are. */
  readonly from: number;
  readonly count: number;
};
export type OsmRelation = { readonly id: number; readonly tags: Tags; readonly members: readonly Member[] };

export type Extract = {
  readonly header: OsmHeader;
  /** Elements in the file. */
  readonly counts: { readonly nodes: number; readonly ways: number; readonly relations: number };
  readonly nodes: readonly OsmNode[];
  readonly ways: ReadonlyMap<number, OsmWay>;
  readonly relations: readonly OsmRelation[];
  /** Points of all ways, one after the other: node ids and ten-millionths of a degree. `absent`: not in the file. */
  readonly points: { readonly refs: Float64Array; readonly longs: Int32Array; readonly lats: Int32Array };
  /** Ways with `highway` in the box that are no streets of a map, by reason. */
  readonly left: Readonly<Record<string, number>>;
};

/** The longitude of a point whose node the file does not hold. */
export const absent = -0x80000000;

export type ExtractOptions = {
  readonly path: string;
  /** Degrees; absent: everything. */
  readonly box?: Box;
  /** Bytes worked on and to be worked on, as far as known. */
  readonly onProgress?: (done: number, total: number, step: 1 | 2 | 3) => void;
};

/** @throws Problem bad-data, not-supported, invalid-request; `field` is the file and the byte in it */
export async function extractOsm(options: ExtractOptions): Promise<Extract> {
  const file = await openOsmFile(options.path);
  try {
    return await extracted(file, options);
  } finally {
    await file.close();
  }
}

type Known = BlockContent & { readonly size: number };

async function extracted(file: OsmFile, { box, onProgress }: ExtractOptions): Promise<Extract> {
  const counts = { nodes: 0, ways: 0, relations: 0 };
  const known = new Map<number, Known>();
  const content = (offset: number): Known | undefined => known.get(offset);
  let header: OsmHeader | undefined;

  /** One reading of the file; only blobs that are wanted, as far as their content is known. */
  const pass = async (step: 1 | 2 | 3, handlers: Handlers, wanted?: (known: Known) => boolean): Promise<void> => {
    let done = 0;
    const total = wanted ? [...known.values()].filter(wanted).reduce((sum, { size }) => sum + size, 0) : file.size;
    const skip = (offset: number): boolean => {
      const one = content(offset);
      return !wanted || (one !== undefined && wanted(one));
    };
    for await (const blob of file.blobs(skip)) {
      if (!header) header = readHeader(blob, file.name);
      else if (blob.type === 'OSMData') {
        const found = guarded(file.name, blob.offset, 'a block of elements', () => readBlock(blob.bytes, handlers));
        if (!known.has(blob.offset)) known.set(blob.offset, { ...found, size: blob.size });
      } else if (blob.type === 'OSMHeader') {
        throw new Problem(
          'bad-data',
          'a second header: are these two files in one?',
          `${file.name}: byte ${blob.offset}`,
        );
      }
      done += blob.size;
      onProgress?.(done, total, step);
    }
  };

  const inside = box && boxTest(box);
  const nodes: OsmNode[] = [];
  const inBox = growing(Float64Array);
  const relations: OsmRelation[] = [];
  const memberWays = new Set<number>();
  await pass(1, {
    key: (key) => (key === 'type' ? 'kept' : keyUse(key)),
    node: (id, long, lat) => {
      if (!inside) return true;
      if (!inside(long, lat)) return false;
      inBox.push(id);
      return true;
    },
    taggedNode: (id, long, lat, tags) => {
      if (tags['addr:housenumber'] !== undefined || placeKind(tags) !== undefined)
        nodes.push({ id, at: [long, lat], tags });
    },
    relation: (id, tags, members) => {
      if (!tags || !['multipolygon', 'boundary'].includes(tags['type'] ?? '') || !isWanted(tags)) return;
      const all = members();
      relations.push({ id, tags, members: all });
      for (const { kind, ref } of all) if (kind === 'way') memberWays.add(ref);
    },
  });
  if (!header) throw new Problem('bad-data', 'the file holds no blobs', file.name);
  for (const one of known.values()) {
    counts.nodes += one.nodes;
    counts.ways += one.ways;
    counts.relations += one.relations;
  }

  const isInBox = inside && sortedIds(inBox.taken());
  const refs = growing(Float64Array);
  const longs = growing(Int32Array);
  const lats = growing(Int32Array);
  const ways = new Map<number, OsmWay>();
  const left: Record<string, number> = {};
  let located = true;
  await pass(
    2,
    {
      key: keyUse,
      way: (id, tags, points) => {
        const isMember = memberWays.has(id);
        const isTaken = isMember || (tags !== undefined && isWanted(tags));
        const reason = isTaken || !tags ? undefined : noStreet(tags);
        if (!isTaken && reason === undefined) return;
        const { count } = points;
        if (count === 0) return;
        if (!isMember && inside && isInBox) {
          let touches = false;
          for (let i = 0; i < count && !touches; i++) {
            touches = points.located
              ? inside(points.longs[i] as number, points.lats[i] as number)
              : isInBox.indexOf(points.refs[i] as number) >= 0;
          }
          if (!touches) return;
        }
        if (reason !== undefined) {
          left[reason] = (left[reason] ?? 0) + 1;
          return;
        }
        ways.set(id, { id, tags: tags ?? {}, from: refs.length(), count });
        located &&= points.located;
        for (let i = 0; i < count; i++) {
          refs.push(points.refs[i] as number);
          longs.push(points.located ? (points.longs[i] as number) : absent);
          lats.push(points.located ? (points.lats[i] as number) : absent);
        }
      },
    },
    (one) => one.ways > 0,
  );

  const pool = { refs: refs.taken(), longs: longs.taken(), lats: lats.taken() };
  if (!located) await locate(pool, (handlers, wanted) => pass(3, handlers, wanted));
  return { header, counts, nodes, ways, relations, points: pool, left };
}

/** Looks up the nodes of the pool: reads only the blobs that may hold one of them. */
async function locate(
  pool: Extract['points'],
  pass: (handlers: Handlers, wanted: (known: Known) => boolean) => Promise<void>,
): Promise<void> {
  const needed = sortedIds(pool.refs.slice());
  const longs = new Int32Array(needed.ids.length).fill(absent);
  const lats = new Int32Array(needed.ids.length);
  await pass(
    {
      key: () => undefined,
      node: (id, long, lat) => {
        const index = needed.indexOf(id);
        if (index >= 0) {
          longs[index] = long;
          lats[index] = lat;
        }
        return false;
      },
    },
    ({ nodes, nodeMin, nodeMax }) => nodes > 0 && needed.any(nodeMin, nodeMax),
  );
  for (let i = 0; i < pool.refs.length; i++) {
    if (pool.longs[i] !== absent) continue;
    const index = needed.indexOf(pool.refs[i] as number);
    pool.longs[i] = longs[index] as number;
    pool.lats[i] = lats[index] as number;
  }
}

const isWanted = (tags: Tags): boolean =>
  streetKind(tags) !== undefined ||
  lineKind(tags) !== undefined ||
  areaKind(tags) !== undefined ||
  placeKind(tags) !== undefined ||
  tags['addr:housenumber'] !== undefined ||
  tags['addr:interpolation'] !== undefined;

function boxTest([west, south, east, north]: Box): (long: number, lat: number) => boolean {
  const [w, s, e, n] = [west, south, east, north].map((degrees) => Math.round(degrees * unitsPerDegree)) as [
    number,
    number,
    number,
    number,
  ];
  return (long, lat) => long >= w && long <= e && lat >= s && lat <= n;
}
