/** The value of each kind of attribute: checked and expanded on the way in. CIM 009 v1.9.1, 4.5.2 to 4.5.24, 5.5.4. */
import { isObject } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import type { Context } from './context.ts';
import { isUri, nullMarker } from './datatypes.ts';
import type { AttributeKind, Json } from './entity.ts';
import { checkGeometry } from './geometry.ts';

/** Where `urn:ngsi-ld:null` may stand: nowhere, as a whole value, or also inside JSON objects (merge only). */
export type Nulls = 'nowhere' | 'value' | 'inside';

const languageTag = /^(?:@none|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)$/;

/**
 * Checks a value and gives it as the model keeps it: vocab terms are IRIs, a list relationship is an array of URIs, a
 * geometry written as a string is an object. The NGSI-LD Null of every kind becomes the plain string.
 * @param path of the value itself, for the Problem
 * @throws Problem bad-data
 */
export function parseValue(kind: AttributeKind, raw: unknown, context: Context, path: string, nulls: Nulls): Json {
  if (raw === nullMarker) return marker(path, nulls);
  if (raw === null || raw === undefined) throw new Problem('bad-data', 'null is no value (4.5.0)', path);
  switch (kind) {
    case 'Property':
      if (typeof raw === 'object') checkJson(raw, path, nulls);
      return raw as Json;
    case 'GeoProperty':
      return parseGeometry(raw, path);
    case 'Relationship':
      return parseUris(raw, path);
    case 'LanguageProperty':
      return parseLanguageMap(raw, path, nulls);
    case 'VocabProperty':
      return parseVocab(raw, context, path);
    case 'JsonProperty':
      return raw as Json;
    case 'ListProperty':
      if (!Array.isArray(raw)) throw new Problem('bad-data', 'valueList must be an array', path);
      if (raw.length === 1 && raw[0] === nullMarker) return marker(path, nulls);
      checkJson(raw, path, nulls);
      return raw as Json[];
    case 'ListRelationship':
      return parseObjectList(raw, path, nulls);
  }
}

function marker(path: string, nulls: Nulls): Json {
  if (nulls !== 'nowhere') return nullMarker;
  throw new Problem('bad-data', `"${nullMarker}" is only allowed where something is updated (5.5.4)`, path);
}

/** Refuses JSON null (unless inside a JSON literal) and misplaced markers, at any depth. */
export function checkJson(value: unknown, path: string, nulls: Nulls): void {
  if (value === null) throw new Problem('bad-data', 'null is no value (4.5.0)', path);
  if (value === nullMarker) {
    if (nulls !== 'inside') marker(path, 'nowhere');
    return;
  }
  if (typeof value !== 'object') return;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) checkJson(value[i], `${path}[${i}]`, nulls);
    return;
  }
  const object = value as Record<string, unknown>;
  if (object['@type'] === '@json') return;
  for (const key in object) {
    if (key === '@context') throw new Problem('bad-data', 'an @context inside an attribute is not allowed', path);
    const inner = object[key];
    if (inner === null || typeof inner === 'object' || inner === nullMarker) checkJson(inner, `${path}.${key}`, nulls);
  }
}

/** A geometry, or the text of one (4.7.2). */
function parseGeometry(raw: unknown, path: string): Json {
  if (typeof raw !== 'string') return checkGeometry(raw, path) as unknown as Json;
  let parsed: unknown;
  try {
    parsed = JSON.parse(raw);
  } catch {
    throw new Problem('bad-data', 'a GeoJSON geometry is expected, as an object or as its JSON text', path);
  }
  return checkGeometry(parsed, path) as unknown as Json;
}

function parseUris(raw: unknown, path: string): Json {
  if (typeof raw === 'string') {
    if (!isUri(raw)) throw new Problem('bad-data', `"${raw.slice(0, 100)}" is not a URI`, path);
    return raw;
  }
  if (!Array.isArray(raw) || raw.length === 0) {
    throw new Problem('bad-data', 'a URI or a non-empty array of URIs is expected', path);
  }
  for (let i = 0; i < raw.length; i++) {
    const uri: unknown = raw[i];
    if (typeof uri !== 'string' || !isUri(uri) || uri === nullMarker) {
      throw new Problem('bad-data', 'a URI is expected', `${path}[${i}]`);
    }
  }
  return raw as string[];
}

function parseLanguageMap(raw: unknown, path: string, nulls: Nulls): Json {
  if (!isObject(raw)) throw new Problem('bad-data', 'languageMap must be an object of languages', path);
  let size = 0;
  for (const tag in raw) {
    size++;
    if (!languageTag.test(tag)) throw new Problem('bad-data', `"${tag.slice(0, 50)}" is not a language tag`, path);
    const text = raw[tag];
    if (text === nullMarker && nulls === 'inside') continue;
    if (text === nullMarker && tag === '@none' && Object.keys(raw).length === 1) return marker(path, nulls);
    const good =
      text !== nullMarker &&
      (typeof text === 'string' ||
        (Array.isArray(text) && text.length > 0 && text.every((item) => typeof item === 'string')));
    if (!good) throw new Problem('bad-data', 'a string or a non-empty array of strings is expected', `${path}.${tag}`);
  }
  if (size === 0) throw new Problem('bad-data', 'languageMap has no language', path);
  if (size === 1 && raw['@none'] === nullMarker) return nullMarker;
  return raw as Json;
}

function parseVocab(raw: unknown, context: Context, path: string): Json {
  const expand = (term: unknown, at: string): string => {
    if (typeof term !== 'string' || term === '' || term === nullMarker) {
      throw new Problem('bad-data', 'a term or an IRI is expected', at);
    }
    return context.expand(term);
  };
  if (!Array.isArray(raw)) return expand(raw, path);
  if (raw.length === 0) throw new Problem('bad-data', 'the array is empty', path);
  return raw.map((term, i) => expand(term, `${path}[${i}]`));
}

function parseObjectList(raw: unknown, path: string, nulls: Nulls): Json {
  if (!Array.isArray(raw)) throw new Problem('bad-data', 'objectList must be an array', path);
  const uris = raw.map((item: unknown, i) => {
    const at = `${path}[${i}]`;
    if (isObject(item)) {
      for (const key in item) if (key !== 'object') throw new Problem('bad-data', `"${key}" is not allowed here`, at);
    }
    const uri = isObject(item) ? item['object'] : item;
    if (typeof uri !== 'string' || !isUri(uri)) throw new Problem('bad-data', 'a URI is expected', at);
    return uri;
  });
  if (!uris.includes(nullMarker)) return uris;
  if (uris.length > 1) throw new Problem('bad-data', `"${nullMarker}" stands alone in its list`, path);
  return marker(path, nulls);
}
