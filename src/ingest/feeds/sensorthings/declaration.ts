import type { Cursor } from '../../mapping/cursor.ts';
import type { Expand } from '../../mapping/names.ts';
import { compilePath, type Getter } from '../../mapping/path.ts';
import { durationMs, readIso } from '../../mapping/time.ts';
import { everyAt, secretAt, urlAt, wholeAt, type Secret } from '../fields.ts';

/** What becomes of an ObservedProperty. */
export type Property = {
  readonly iri: string;
  readonly unitCode?: string;
  readonly min?: number;
  readonly max?: number;
};

const qualityWords = ['valid', 'flagged', 'invalid', 'missing', 'reject'] as const;
export type QualityWord = (typeof qualityWords)[number];

/** An element of `feeds` with `"kind": "sensorthings"`, checked. */
export type Declaration = {
  readonly source: string;
  /** Ends without a slash. */
  readonly url: string;
  readonly everyS: number;
  /** OData $filter on Datastreams. */
  readonly filter: string | undefined;
  readonly typeName: string;
  readonly typeIri: string;
  readonly entity: 'thing' | 'feature';
  /** By name of the Datastream, name or definition of the ObservedProperty. */
  readonly properties: ReadonlyMap<string, Property>;
  /** Name of what the table does not hold; undefined: it is left out. */
  readonly otherName: ((observedProperty: string) => string) | undefined;
  readonly units: Readonly<Record<string, string>>;
  readonly unknownUnit: 'text' | 'refuse';
  readonly quality: { readonly get: Getter; readonly word: (value: unknown) => QualityWord } | undefined;
  /** Observations of each Datastream that are looked at every time: late ones among them are found. */
  readonly newest: number;
  /** ms; the first time everything from here on is taken. */
  readonly sinceMs: number | undefined;
  readonly maxFutureMs: number;
  readonly username: string | undefined;
  readonly secret: Secret | undefined;
};

const fields = ['kind', 'source', 'note', 'url', 'everyS', 'filter', 'type', 'entity', 'attributes', 'others'].concat(
  ['units', 'unknownUnit', 'quality', 'newest', 'since', 'maxFuture', 'username', 'passwordFile', 'passwordEnv'],
  ['password'],
);

/** Every fault is noted at the cursor. */
export function readDeclaration(at: Cursor, expand: Expand): Declaration | undefined {
  if (!at.object(fields)) return undefined;
  const typeName = at.at('type').text('Device');
  if (!/^[A-Za-z][\w-]*$/.test(typeName)) at.at('type').fault('a type name: Device, AirQualityObserved');
  const properties = new Map<string, Property>();
  for (const [name, item] of at.at('attributes').entries()) properties.set(name, readProperty(item, expand));
  const others = at.at('others').oneOf(['name', 'skip'] as const, properties.size === 0 ? 'name' : 'skip');
  const since = at.at('since');
  const sinceMs = since.given ? readIso(since.text()) : undefined;
  if (since.given && sinceMs === undefined) since.fault('an instant: 2026-01-01T00:00:00Z');
  const maxFutureMs = durationMs(at.at('maxFuture').text('5m'));
  if (maxFutureMs === undefined) at.at('maxFuture').fault('a duration such as 30s, 5m, 2h');
  return {
    source: at.at('source').text(),
    url: urlAt(at.at('url'), ['http:', 'https:']).replace(/\/+$/, ''),
    everyS: everyAt(at.at('everyS'), 60),
    filter: at.at('filter').given ? at.at('filter').text() : undefined,
    typeName,
    typeIri: expand(typeName),
    entity: at.at('entity').oneOf(['thing', 'feature'] as const, 'thing'),
    properties,
    otherName: others === 'skip' ? undefined : (name) => expand(camelCase(name)),
    units: Object.fromEntries(
      at
        .at('units')
        .entries()
        .map(([symbol, item]) => [symbol, item.text()]),
    ),
    unknownUnit: at.at('unknownUnit').oneOf(['text', 'refuse'] as const, 'text'),
    quality: at.at('quality').given ? readQuality(at.at('quality')) : undefined,
    newest: wholeAt(at.at('newest'), 10, 1, 1_000),
    sinceMs,
    maxFutureMs: maxFutureMs ?? 0,
    username: at.at('username').given ? at.at('username').text() : undefined,
    secret: secretAt(at, 'password'),
  };
}

/** A name, or `{ name, unitCode, range }`. */
function readProperty(at: Cursor, expand: Expand): Property {
  if (typeof at.value === 'string') return { iri: expand(at.text()) };
  at.object(['name', 'unitCode', 'range']);
  const range = at.at('range');
  if (range.given) range.object(['min', 'max']);
  return {
    iri: expand(at.at('name').text()),
    ...(at.at('unitCode').given && { unitCode: at.at('unitCode').text() }),
    ...(range.at('min').given && { min: range.at('min').number() }),
    ...(range.at('max').given && { max: range.at('max').number() }),
  };
}

/** `{ path, words, other }`: what the service says of an observation's quality; without a path resultQuality itself. */
function readQuality(at: Cursor): Declaration['quality'] {
  at.object(['path', 'words', 'other']);
  const path = at.at('path');
  const get = path.given ? compilePath(path.text()) : (value: unknown) => value;
  if (!get) path.fault('a path: quality, or status.code');
  const words = new Map(
    at
      .at('words')
      .entries()
      .map(([word, item]) => [word, item.oneOf(qualityWords, 'flagged')] as const),
  );
  if (words.size === 0) at.at('words').fault(`an object: word of the service -> ${qualityWords.join(', ')}`);
  const other = at.at('other').oneOf(qualityWords, 'flagged');
  return { get: get ?? ((value) => value), word: (value) => words.get(String(value)) ?? other };
}

/** `Air Temperature` = `airTemperature`, `PM2.5` = `pm25`. */
export function camelCase(name: string): string {
  const isShouted = name === name.toUpperCase();
  const words = (isShouted ? name.toLowerCase() : name).normalize('NFC').match(/[\p{L}\p{N}]+/gu) ?? [];
  const [first = 'value', ...rest] = words;
  const begin = first.charAt(0).toLowerCase() + first.slice(1);
  const joined = begin + rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return /^\p{N}/u.test(joined) ? `n${joined}` : joined;
}
