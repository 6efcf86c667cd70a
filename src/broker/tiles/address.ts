/** Which tile is asked for: `/api/tiles/{layer}/{z}/{x}/{y}.mvt`, in the numbering of web maps (x east, y south). */
import { Problem } from '../../base/problem.ts';

/** Deeper than this a tile is a street corner; clients stretch what they have. */
export const zoomMax = 18;

export type TileAddress = {
  /** `city`, or a type selection of NGSI-LD: `Vehicle`, `Vehicle,Streetlight`, an IRI. */
  readonly layer: string;
  readonly z: number;
  readonly x: number;
  readonly y: number;
};

/**
 * Reads the segments after `/api/tiles/`, still percent-encoded.
 * @throws Problem invalid-request, `field` is `layer`, `z`, `x` or `y`; not-found for another number of segments
 */
export function parseTileAddress(path: string): TileAddress {
  const segments = path.split('/');
  const [layer = '', z = '', x = '', file = ''] = segments;
  if (segments.length !== 4) {
    throw new Problem('not-found', 'a tile is /api/tiles/{layer}/{z}/{x}/{y}.mvt');
  }
  if (!file.endsWith('.mvt')) throw new Problem('invalid-request', 'the address of a tile ends in .mvt', 'y');
  const zoom = whole(z, 'z', zoomMax);
  const last = 2 ** zoom - 1;
  return {
    layer: decoded(layer),
    z: zoom,
    x: whole(x, 'x', last),
    y: whole(file.slice(0, -'.mvt'.length), 'y', last),
  };
}

function whole(text: string, field: string, max: number): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= max)) {
    throw new Problem('invalid-request', `${field} is a whole number from 0 to ${max}; found "${text}"`, field);
  }
  return value;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new Problem('invalid-request', `"${segment}" is not correctly encoded`, 'layer');
  }
}
