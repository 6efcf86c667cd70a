/** The first blob (HeaderBlock of osmformat.proto): what a reader must be able to do, where and of when the data is. */
import { PbfReader } from 'pbf';
import { Problem } from '../../base/problem.ts';
import type { Box } from '../geometry.ts';
import { guarded, type Blob } from './blobs.ts';

export type OsmHeader = {
  /** In degrees, where the writer says it. */
  readonly box?: Box;
  readonly program?: string;
  /** The database's state that the extract was cut from (`osmosis_replication_timestamp`). */
  readonly dataAt?: Date;
  /** Ways carry the positions of their nodes. */
  readonly locationsOnWays: boolean;
};

/** What this reader can do; a file that requires more is refused, as the format asks. */
const understood = ['OsmSchema-V0.6', 'DenseNodes'];

/** @throws Problem bad-data, not-supported (a required feature); `field` is file and byte */
export function readHeader(blob: Blob, name: string): OsmHeader {
  if (blob.type !== 'OSMHeader') {
    throw new Problem(
      'bad-data',
      `this is not an OpenStreetMap PBF file: it begins with "${blob.type}", expected "OSMHeader"`,
      `${name}: byte ${blob.offset}`,
    );
  }
  let box: Box | undefined;
  let program: string | undefined;
  let dataAt: Date | undefined;
  const required: string[] = [];
  const optional: string[] = [];
  guarded(name, blob.offset, 'the header', () => {
    const pbf = new PbfReader(blob.bytes);
    pbf.readFields((field) => {
      if (field === 1) box = readBox(pbf);
      else if (field === 4) required.push(pbf.readString());
      else if (field === 5) optional.push(pbf.readString());
      else if (field === 16) program = pbf.readString();
      else if (field === 32) dataAt = new Date(pbf.readVarint() * 1000);
    }, undefined);
    if (pbf.pos !== blob.bytes.length) throw new Error('a field is longer than the header');
  });
  const unknown = required.filter((feature) => !understood.includes(feature));
  if (unknown.length > 0) {
    throw new Problem(
      'not-supported',
      `the file requires ${unknown.join(', ')}; this reader knows ${understood.join(' and ')}`,
      `${name}: byte ${blob.offset}`,
    );
  }
  return {
    ...(box && { box }),
    ...(program !== undefined && { program }),
    ...(dataAt && !Number.isNaN(dataAt.getTime()) && { dataAt }),
    locationsOnWays: optional.includes('LocationsOnWays'),
  };
}

/** HeaderBBox: nanodegrees. */
function readBox(pbf: PbfReader): Box {
  const sides = [0, 0, 0, 0];
  pbf.readMessage((field) => {
    if (field >= 1 && field <= 4) sides[field - 1] = pbf.readSVarint() / 1e9;
  }, undefined);
  const [left = 0, right = 0, top = 0, bottom = 0] = sides;
  return [left, bottom, right, top];
}
