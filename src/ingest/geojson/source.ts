/** A GeoJSON file as its bytes come, and what it says of itself. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { isObject, parseJson } from '../../base/json.ts';
import { Problem } from '../../base/problem.ts';
import { readIso } from '../mapping/time.ts';
import { featureScanner, type ScannedFeature } from './scanner.ts';

/** Read at a time. */
const pieceBytes = 256 * 1024;

/** What a file says of itself besides its features. */
export type FileFacts = {
  readonly bytes: number;
  readonly features: number;
  /** When it was made: what its collection says (`timestamp`, with an offset), else the time of the file. Milliseconds. */
  readonly madeMs: number;
};

/** @throws Problem bad-data, too-large, not-found; the name of the file stands in the detail */
export async function inspectGeojson(path: string): Promise<FileFacts> {
  const { size, mtimeMs } = await statOf(path);
  const scanner = featureScanner();
  let features = 0;
  for await (const { features: found } of scannedFeatures(path, scanner)) features += found.length;
  let madeMs = Math.floor(mtimeMs);
  for (const bytes of scanner.envelopes()) {
    const envelope = envelopeOf(bytes, path);
    madeMs = readIso(envelope['timestamp']) ?? madeMs;
  }
  return { bytes: size, features, madeMs };
}

async function statOf(path: string): Promise<{ size: number; mtimeMs: number }> {
  try {
    return await stat(path);
  } catch (error) {
    throw new Problem('not-found', `cannot read the file ${path}: ${(error as Error).message}`, 'file');
  }
}

/** The members of a collection beside its features. */
function envelopeOf(bytes: Uint8Array, path: string): Readonly<Record<string, unknown>> {
  const name = basename(path);
  let envelope: unknown;
  try {
    envelope = parseJson(bytes);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem(
      'bad-data',
      `${name}: around the features ${error.message.replace(/^the body /, 'the file ')}`,
      error.field,
    );
  }
  if (!isObject(envelope) || envelope['type'] !== 'FeatureCollection') {
    throw new Problem('bad-data', `${name}: an object with features is a FeatureCollection`, 'type');
  }
  const crs = crsName(envelope['crs']);
  if (crs !== undefined) {
    throw new Problem(
      'bad-data',
      `${name}: the coordinates are in ${crs}; GeoJSON is in WGS 84 (RFC 7946, 4). Convert it: ogr2ogr -t_srs EPSG:4326`,
      'crs',
    );
  }
  return envelope;
}

/** Name of a coordinate system other than WGS 84; undefined when there is none, or that one. */
function crsName(crs: unknown): string | undefined {
  if (crs === undefined || crs === null) return undefined;
  const properties = isObject(crs) && isObject(crs['properties']) ? crs['properties'] : {};
  const name = typeof properties['name'] === 'string' ? properties['name'] : JSON.stringify(crs).slice(0, 80);
  return /(OGC:(1\.3|2):|OGC::?)CRS84$|EPSG:(\d[\d.]*)?:?4326$/i.test(name) ? undefined : name;
}

/** The features of a file as its bytes come; `read` is the place after them. @throws Problem with the file's name */
export async function* scannedFeatures(
  path: string,
  scanner = featureScanner(),
): AsyncIterable<{ readonly features: readonly ScannedFeature[]; readonly read: number }> {
  let read = 0;
  try {
    for await (const piece of createReadStream(path, { highWaterMark: pieceBytes }) as AsyncIterable<Buffer>) {
      const skipped = read === 0 && piece[0] === 0xef && piece[1] === 0xbb && piece[2] === 0xbf ? 3 : 0;
      read += piece.length;
      yield { features: scanner.push(piece.subarray(skipped)), read };
    }
    scanner.end();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem(error.kind, `${basename(path)}: ${error.message}`, error.field);
  }
}
