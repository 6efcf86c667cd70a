import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { Problem } from '../../base/problem.ts';
import { openOsmFile } from './blobs.ts';
import { readBlock, type Tags } from './block.ts';
import { absent, extractOsm, type Extract } from './extract.ts';
import { blob, concatenated, osmBytes, type Written } from './fixtures/osmWriter.ts';

const folder = mkdtempSync(join(tmpdir(), 'chorsu-osm-'));
let files = 0;
function fileOf(bytes: Uint8Array): string {
  const path = join(folder, `town-${files++}.osm.pbf`);
  writeFileSync(path, bytes);
  return path;
}
const read = (written: Written, box?: readonly [number, number, number, number]): Promise<Extract> =>
  extractOsm({ path: fileOf(osmBytes(written)), ...(box && { box }) });

/** What stands in the pool for a way, as [long, lat] in degrees; `?` for a node that is not in the file. */
const pointsOf = ({ points, ways }: Extract, id: number): unknown[] => {
  const way = ways.get(id);
  assert.ok(way, `way ${id}`);
  return Array.from({ length: way.count }, (_, i) => {
    const long = points.longs[way.from + i] as number;
    return long === absent ? '?' : [long / 1e7, (points.lats[way.from + i] as number) / 1e7];
  });
};

const town: Written = {
  nodes: [
    { id: 10, at: [68.7, 38.5] },
    { id: 11, at: [68.71, 38.51] },
    { id: 5_000_000_000, at: [68.8, 38.6], tags: { 'addr:housenumber': '12а', 'addr:street': 'Рӯдакӣ', source: 'x' } },
    { id: 5_000_000_001, at: [-51.2, -30.1] },
  ],
  ways: [
    { id: 7, refs: [10, 11, 5_000_000_000], tags: { highway: 'primary', name: 'Рӯдакӣ', surface: 'asphalt' } },
    { id: 8, refs: [5_000_000_001, 10], tags: { building: 'yes' } },
    { id: 9, refs: [10, 99, 11], tags: { highway: 'footway' } },
  ],
  relations: [
    { id: 3, members: [{ kind: 'way', ref: 8, role: 'outer' }], tags: { type: 'multipolygon', natural: 'water' } },
    { id: 4, members: [{ kind: 'node', ref: 10, role: 'stop' }], tags: { type: 'route' } },
  ],
};

for (const [how, options] of Object.entries({
  'dense nodes, zlib': {},
  'blobs that are not compressed': { compression: 'raw' },
  'nodes one by one': { singleNodes: true },
  'ways that carry positions': { locationsOnWays: true },
  'coarse positions with offsets': { granularity: 1000, offsets: { lat: 30_000_000_000, long: -10_000_000_000 } },
  'an element per blob': { blobElements: 1 },
} satisfies Record<string, Partial<Written>>)) {
  test(`a town is read: ${how}`, async () => {
    const found = await read({ ...town, ...options, box: [68, 38, 69, 39], replicationTimestamp: 1_700_000_000 });
    assert.deepEqual(found.counts, { nodes: 4, ways: 3, relations: 2 });
    assert.deepEqual(found.header.box, [68, 38, 69, 39]);
    assert.equal(found.header.dataAt?.toISOString(), '2023-11-14T22:13:20.000Z');
    assert.deepEqual(found.nodes, [
      {
        id: 5_000_000_000,
        at: [688_000_000, 386_000_000],
        tags: { 'addr:housenumber': '12а', 'addr:street': 'Рӯдакӣ' },
      },
    ]);
    // A way without tags of its own is there because a relation needs it.
    assert.deepEqual([...found.ways.keys()], [7, 8, 9]);
    assert.deepEqual(found.ways.get(7)?.tags, { highway: 'primary', name: 'Рӯдакӣ' });
    assert.deepEqual(pointsOf(found, 7), [
      [68.7, 38.5],
      [68.71, 38.51],
      [68.8, 38.6],
    ]);
    if (how !== 'ways that carry positions') assert.deepEqual(pointsOf(found, 9), [[68.7, 38.5], '?', [68.71, 38.51]]);
    assert.deepEqual(
      found.relations.map(({ id, members }) => ({ id, members })),
      [{ id: 3, members: [{ kind: 'way', ref: 8, role: 'outer' }] }],
    );
  });
}

test('a box keeps the ways that touch it, whole, and only the tagged nodes in it', async () => {
  const found = await read({ ...town, relations: [] }, [68.705, 38.505, 68.72, 38.52]);
  assert.deepEqual([...found.ways.keys()], [7, 9]);
  assert.equal(pointsOf(found, 7).length, 3);
  assert.deepEqual(found.nodes, []);
  assert.deepEqual(found.counts, { nodes: 4, ways: 3, relations: 2 - 2 });
});

const refused = async (bytes: Uint8Array, detail: RegExp, field: RegExp): Promise<void> => {
  await assert.rejects(
    extractOsm({ path: fileOf(bytes) }),
    (error: unknown) =>
      error instanceof Problem &&
      detail.test(error.message) &&
      field.test(error.field ?? '') &&
      (error.kind === 'bad-data' || error.kind === 'not-supported'),
    detail.source,
  );
};

test('what is no extract, or more than this reader can do, is refused with the byte and the reason', async () => {
  const good = osmBytes(town);
  await refused(new Uint8Array(), /the file is empty/, /byte 0$/);
  await refused(new TextEncoder().encode('<?xml version="1.0"?><osm/>'), /not an OpenStreetMap PBF file/, /byte 0$/);
  await refused(
    osmBytes({ ...town, required: ['HistoricalInformation'] }),
    /requires HistoricalInformation/,
    /byte 0$/,
  );
  await refused(osmBytes({ ...town, compression: 'lz4' }), /compressed with lz4/, /byte \d+$/);
  await refused(blob('OSMData', new Uint8Array()), /begins with "OSMData"/, /byte 0$/);
  await refused(concatenated([good, good]), /two files in one/, new RegExp(`byte ${good.length}$`));
  // A blob that says it becomes 40 MB, and one that becomes more than it says.
  const head = osmBytes({});
  const bomb = blob('OSMData', new Uint8Array(40 * 1024 * 1024));
  await refused(concatenated([head, bomb]), /41943040 bytes after decompression/, /byte \d+$/);
});

test('a file cut at any byte is refused where it ends, or is whole until there', async () => {
  const bytes = osmBytes({ ...town, blobElements: 2 });
  let whole = 0;
  for (let length = 1; length < bytes.length; length++) {
    try {
      await extractOsm({ path: fileOf(bytes.slice(0, length)) });
      whole++;
    } catch (error) {
      assert.ok(error instanceof Problem && /byte \d+$/.test(error.field ?? ''), `${length}: ${String(error)}`);
    }
  }
  // Between two blobs nothing tells that more was to come: a cut there is a smaller file.
  assert.equal(whole, 5);
});

test('damaged bytes are a Problem or another town, never another error', async () => {
  const bytes = osmBytes({ ...town, compression: 'raw' });
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }), async (at, value) => {
      const damaged = bytes.slice();
      damaged[at] = value;
      try {
        await extractOsm({ path: fileOf(damaged) });
      } catch (error) {
        assert.ok(error instanceof Problem, String((error as Error).stack));
      }
    }),
    { numRuns: 400 },
  );
});

test('whatever is written reads back: ids, positions, tags, members', async () => {
  const id = fc.integer({ min: 1, max: 2 ** 40 });
  const tags = fc.dictionary(fc.constantFrom('name', 'name:tg', 'old_name', 'alt_name'), fc.string({ maxLength: 20 }));
  const degrees = (most: number) => fc.integer({ min: -most * 1e7, max: most * 1e7 }).map((n) => n / 1e7);
  const nodes = fc.uniqueArray(fc.record({ id, at: fc.tuple(degrees(180), degrees(90)) }), {
    selector: (node) => node.id,
    minLength: 1,
    maxLength: 30,
  });
  await fc.assert(
    fc.asyncProperty(
      nodes,
      fc.array(fc.record({ picks: fc.array(fc.nat(29), { minLength: 1, maxLength: 8 }), tags }), { maxLength: 8 }),
      fc.record({
        compression: fc.constantFrom('zlib' as const, 'raw' as const),
        singleNodes: fc.boolean(),
        locationsOnWays: fc.boolean(),
        blobElements: fc.integer({ min: 1, max: 9 }),
      }),
      async (nodeList, wayList, options) => {
        const at = (pick: number) => nodeList[pick % nodeList.length] as (typeof nodeList)[number];
        const ways = wayList.map(({ picks, tags: more }, i) => ({
          id: i + 1,
          refs: picks.map((pick) => at(pick).id),
          tags: { ...more, highway: 'residential' },
        }));
        const found = await read({ nodes: nodeList, ways, ...options });
        assert.equal(found.counts.nodes, nodeList.length);
        for (const [i, { picks }] of wayList.entries()) {
          assert.deepEqual(
            pointsOf(found, i + 1),
            picks.map((pick) => at(pick).at.map((d) => Math.round(d * 1e7) / 1e7)),
          );
          assert.deepEqual(found.ways.get(i + 1)?.tags, ways[i]?.tags);
        }
      },
    ),
    { numRuns: 60 },
  );
});

const real = new URL('../../../../shared/data/geo/poa_osm.pbf', import.meta.url).pathname;
test(
  'Porto Alegre: the counts are those of another reader (osmium 1.15)',
  { skip: existsSync(real) ? false : 'skipped: ../shared/data/geo/poa_osm.pbf not found' },
  async () => {
    const { counts, ways } = await extractOsm({ path: real });
    const found = { highways: 0, named: 0, refs: 0, members: 0 };
    const names = new Set<string>();
    let positions = 0;
    const tagged = (tags: Tags = {}): void => {
      if (tags['highway'] !== undefined) found.highways++;
      if (tags['name'] === undefined) return;
      found.named++;
      names.add(tags['name']);
    };
    const file = await openOsmFile(real);
    for await (const { type, bytes } of file.blobs()) {
      if (type !== 'OSMData') continue;
      readBlock(bytes, {
        key: () => 'begins',
        node: (_, long, lat) => {
          positions += long + lat;
          return true;
        },
        taggedNode: (_id, _long, _lat, tags) => tagged(tags),
        way: (_, tags, { count }) => {
          found.refs += count;
          tagged(tags);
        },
        relation: (_, tags, members) => {
          found.members += members().length;
          tagged(tags);
        },
      });
    }
    await file.close();
    assert.deepEqual(found, { highways: 20_324, named: 9859, refs: 66_840, members: 90 });
    assert.equal(names.size, 3368);
    assert.equal(positions, -35_152_073_763_742, 'the sum of all coordinates');
    assert.deepEqual(counts, { nodes: 43_264, ways: 16_032, relations: 23 });
    assert.ok(ways.size > 13_000);
  },
);
