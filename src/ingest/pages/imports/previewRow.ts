/** What an item of a file becomes, as a person reads it. */
import { isObject } from '../../../base/json.ts';
import type { Reading } from '../../../broker/index.ts';
import type { Instance } from '../../../ngsild/entity.ts';
import type { Preview } from '../../importing/views.ts';
import type { PreviewRow } from './prepare.tsx';

export function previewRow({ number, text, results }: Preview['items'][number]): PreviewRow {
  return {
    number,
    text,
    becomes: results.flatMap((result) => ('reading' in result ? [shownReading(result.reading)] : [])),
    leftOut: results.flatMap((result) => ('reading' in result ? (result.leftOut ?? []) : [])),
    refused: results.flatMap((result) => ('reading' in result ? [] : [result])),
  };
}

/** An id as a person reads it: the letters of its percent signs. */
function readable(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

function shownReading({ id, attrs, atBirth = {} }: Reading): PreviewRow['becomes'][number] {
  const values = Object.entries({ ...atBirth, ...attrs }).flatMap(([iri, instances]) => {
    const name = iri.slice(Math.max(iri.lastIndexOf('/'), iri.lastIndexOf('#')) + 1);
    return name === 'source' ? [] : instances.map((instance) => `${name} = ${shownValue(instance)}`);
  });
  const [first] = Object.values(attrs);
  const observedAt = first?.[0]?.observedAt;
  return { id: readable(id), values: observedAt === undefined ? values : [...values, observedAt] };
}

function shownValue({ value, unitCode, type }: Instance): string {
  const geometry = type === 'GeoProperty' ? (value as { type: string; coordinates: unknown }) : undefined;
  // Of a date the day, without the words of JSON-LD around it.
  const plain: unknown = isObject(value) && '@value' in value ? value['@value'] : value;
  const shown =
    geometry === undefined
      ? typeof plain === 'string'
        ? plain
        : JSON.stringify(plain)
      : geometry.type === 'Point'
        ? JSON.stringify(geometry.coordinates)
        : geometry.type;
  const short = shown.length > 80 ? `${shown.slice(0, 77)}…` : shown;
  return unitCode === undefined ? short : `${short} ${unitCode}`;
}
