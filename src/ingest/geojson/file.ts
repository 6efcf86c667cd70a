/** The door for GeoJSON: each feature, by a mapping with `"payload": "geojson"`. */
import type { Importer, ImportItem, OpenedFile, OpenOptions } from '../importing/importer.ts';
import { readingNotes } from '../importing/notes.ts';
import { fileMapping } from '../mapping/index.ts';
import { readFeature } from './feature.ts';
import type { ScannedFeature } from './scanner.ts';
import { inspectGeojson, scannedFeatures } from './source.ts';
import { suggestMapping } from './suggest.ts';

export const geojsonImporter: Importer = {
  kind: 'geojson',
  accepts: 'GeoJSON (.geojson, .geojsonl, .geojsons, .json)',
  recognises: (name) => /\.(geojson|geojsonl|geojsons|geojsonseq|ndgeojson|json|ndjson)$/i.test(name),
  open: openGeojson,
  suggest: suggestMapping,
};

const groupMax = 500;
/** Of a feature, as much stands in the list of what was not taken. */
const textMax = 4000;

/**
 * Looks at the whole structure first, so that a file that was cut off is refused before anything of it is taken.
 * @throws Problem bad-data (no GeoJSON, cut off, another coordinate system, no mapping for it), not-found
 */
async function openGeojson(path: string, { mapping: file, source, now, box }: OpenOptions): Promise<OpenedFile> {
  const mapping = fileMapping(file, 'geojson', source);
  const { bytes, madeMs } = await inspectGeojson(path);
  const target = mapping.target({});
  const reading = { ...(box && { box }), ...(mapping.collection && { collection: mapping.collection }) };
  const notes = readingNotes(box);
  // A clock that is ahead must not put the features into the future.
  const observedMs = Math.min(madeMs, now());
  const itemOf = (feature: ScannedFeature, number: number): ImportItem => {
    const read = readFeature(feature.bytes, reading);
    const result = 'payload' in read ? notes.look(mapping.read(target, read.payload, observedMs)) : read;
    const text = result.reason === undefined ? '' : textOf(feature.bytes);
    return { number, text, results: [result] };
  };
  return {
    kind: 'geojson',
    source: mapping.source,
    bytes,
    unit: 'feature',
    async *items() {
      let number = 0;
      for await (const { features, read } of scannedFeatures(path)) {
        for (let from = 0; from < features.length; from += groupMax) {
          const group = features.slice(from, from + groupMax);
          yield { items: group.map((feature) => itemOf(feature, ++number)), read };
        }
        if (features.length === 0) yield { items: [], read };
      }
    },
    notes: () => notes.counts(),
    close: () => Promise.resolve(),
  };
}

const textOf = (bytes: Uint8Array): string => {
  const text = Buffer.from(bytes.subarray(0, textMax)).toString('utf8');
  return bytes.length > textMax ? `${text}...` : text;
};
