/**
 * Finds the features of a GeoJSON text in bytes that come in pieces of any length, without building anything: memory
 * holds one feature at a time. Knows FeatureCollections, single Features, and sequences of objects, by lines or after
 * RFC 8142 (each after a record separator).
 *
 * It follows brackets and strings alone. Whether a feature is good JSON is for whoever parses its bytes; when a fault
 * puts the brackets out of step, the scan says at which byte.
 */
import { Problem } from '../../base/problem.ts';

/** The bytes of one object that should be a feature. */
export type ScannedFeature = { readonly bytes: Uint8Array; readonly at: number };

export type FeatureScanner = {
  /** The features that end in this piece, in order. @throws Problem bad-data, too-large; `field` is `byte N` */
  push(piece: Uint8Array): readonly ScannedFeature[];
  /** Called after the last piece. @throws Problem bad-data when the text ends too early or holds nothing */
  end(): void;
  /** What stands around the features of each collection met so far: its own members, `features` being null. */
  envelopes(): readonly Uint8Array[];
};

/** A feature of more bytes is refused, so that a lost quote does not collect the rest of the file. */
export const featureBytesMax = 64 * 1024 * 1024;

const [quote, backslash, colon, comma] = [0x22, 0x5c, 0x3a, 0x2c];
const [openBrace, closeBrace, openList, closeList] = [0x7b, 0x7d, 0x5b, 0x5d];
const separator = 0x1e;
const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

type Mode =
  | 'between' // objects of a sequence
  | 'object' // inside an object of the outermost level
  | 'list' // in `features`, where a feature or the end may stand
  | 'after' // in `features`, behind a feature
  | 'feature';

export function featureScanner(): FeatureScanner {
  let mode: Mode = 'between';
  /** Bytes before this piece. */
  let base = 0;
  let depth = 0;
  let inString = false;
  let escaped = false;
  let features = 0;
  /** Where the outermost object begins; for messages. */
  let objectAt = 0;
  let sawObject = false;
  /** Of the object that is open: it has a list of features. */
  let isCollection = false;
  /** The string read last at depth 1, as long as it may be the key `features`. */
  let key = '';
  let keyOpen = false;
  let value = false;

  // What is being kept: from `from` in this piece, after what earlier pieces gave.
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let from = -1;
  let heldAt = 0;
  const hold = (index: number): void => {
    held = [];
    heldBytes = 0;
    from = index;
    heldAt = base + index;
  };
  const release = (piece: Uint8Array, end: number): Uint8Array => {
    const last = piece.subarray(Math.max(from, 0), end);
    const bytes = held.length === 0 ? last : Buffer.concat([...held, last]);
    held = [];
    heldBytes = 0;
    from = -1;
    return bytes;
  };

  const open: Uint8Array[] = [];
  const done: Uint8Array[] = [];
  const fail = (detail: string, index: number): never => {
    throw new Problem('bad-data', detail, `byte ${base + index}`);
  };
  const shown = (byte: number): string =>
    byte > 0x20 && byte < 0x7f ? `"${String.fromCharCode(byte)}"` : `byte 0x${byte.toString(16).padStart(2, '0')}`;

  return {
    push(piece) {
      const found: ScannedFeature[] = [];
      const { length } = piece;
      for (let i = 0; i < length; i++) {
        const byte = piece[i] as number;
        switch (mode) {
          case 'feature':
            // The hot loop: everything inside a feature.
            for (; i < length; i++) {
              const inner = piece[i] as number;
              if (inString) {
                if (escaped) escaped = false;
                else if (inner === backslash) escaped = true;
                else if (inner === quote) inString = false;
              } else if (inner === quote) inString = true;
              else if (inner === openBrace || inner === openList) depth++;
              else if ((inner === closeBrace || inner === closeList) && --depth === 0) {
                found.push({ at: heldAt, bytes: release(piece, i + 1) });
                features++;
                mode = 'after';
                break;
              }
            }
            break;
          case 'list':
          case 'after':
            if (isBlank(byte)) break;
            if (byte === closeList) {
              mode = 'object';
              depth = 1;
              value = false;
              key = '';
              hold(i + 1);
            } else if (mode === 'after') {
              if (byte !== comma)
                fail(`after feature ${features}: wanted a comma or the end of the list, found ${shown(byte)}`, i);
              mode = 'list';
            } else if (byte === openBrace) {
              mode = 'feature';
              depth = 1;
              hold(i);
            } else fail(`feature ${features + 1} is no object; found ${shown(byte)}`, i);
            break;
          case 'between':
            if (isBlank(byte) || byte === separator) break;
            if (byte !== openBrace) {
              fail(sawObject ? `wanted another GeoJSON object, found ${shown(byte)}` : notGeoJson(piece, i), i);
            }
            sawObject = true;
            mode = 'object';
            isCollection = false;
            depth = 1;
            key = '';
            value = false;
            objectAt = base + i;
            hold(i);
            break;
          case 'object':
            if (inString) {
              if (escaped) escaped = false;
              else if (byte === backslash) escaped = true;
              else if (byte === quote) {
                inString = false;
                keyOpen = false;
                break;
              }
              if (keyOpen && key.length < 16) key += String.fromCharCode(byte);
              break;
            }
            if (byte === quote) {
              inString = true;
              keyOpen = depth === 1 && !value;
              if (keyOpen) key = '';
            } else if (byte === openBrace || byte === openList) {
              if (depth === 1 && value && byte === openList && key === 'features') {
                if (isCollection) fail('a collection has two lists of features', i);
                open.push(release(piece, i));
                isCollection = true;
                mode = 'list';
              } else depth++;
            } else if (byte === closeBrace || byte === closeList) {
              if (--depth > 0) break;
              const bytes = release(piece, i + 1);
              if (isCollection) done.push(Buffer.concat([open.pop() ?? new Uint8Array(), Buffer.from('null'), bytes]));
              else {
                found.push({ at: objectAt, bytes });
                features++;
              }
              mode = 'between';
            } else if (depth === 1 && byte === colon) value = true;
            else if (depth === 1 && byte === comma) value = false;
            break;
        }
      }
      if (from >= 0 || held.length > 0) {
        const rest = piece.subarray(Math.max(from, 0));
        held.push(rest);
        heldBytes += rest.length;
        from = 0;
        if (heldBytes > featureBytesMax) {
          throw new Problem(
            'too-large',
            `${mode === 'feature' ? `feature ${features + 1}` : 'an object'} has more than ${featureBytesMax / 1024 / 1024} MB; is a quote or a bracket never closed?`,
            `byte ${heldAt}`,
          );
        }
      }
      base += length;
      return found;
    },
    end() {
      if (mode === 'between') {
        if (!sawObject) throw new Problem('bad-data', 'the file is empty', 'byte 0');
        return;
      }
      const where =
        mode === 'feature'
          ? `inside feature ${features + 1}`
          : features > 0
            ? `after feature ${features}`
            : 'before its first feature';
      throw new Problem('bad-data', `the file ends ${where}: it is cut off; nothing was taken`, `byte ${base}`);
    },
    envelopes: () => done,
  };
}

function notGeoJson(piece: Uint8Array, i: number): string {
  if ((piece[i] === 0xff && piece[i + 1] === 0xfe) || (piece[i] === 0xfe && piece[i + 1] === 0xff)) {
    return 'the file is in UTF-16; save it as UTF-8';
  }
  if (piece[i] === openList)
    return 'a list is no GeoJSON; wanted a FeatureCollection, a Feature, or one of them per line';
  return 'this is no GeoJSON: wanted a FeatureCollection, a Feature, or one of them per line';
}
