import { readFile } from 'node:fs/promises';
import { parseJson } from '../../base/json.ts';
import { Problem } from '../../base/problem.ts';
import type { FeedContext, FeedDefinition, FeedKind } from '../feeds/feed.ts';
import { personalKinds, sourceKinds, type Source } from '../schema.ts';
import { cursor, type Cursor, type Fault } from './cursor.ts';
import { linesOf, syntaxErrorLine } from './lines.ts';
import { compileMapping, type Mapping } from './mapping.ts';
import { expander } from './names.ts';
import { readWords } from './words.ts';

/** A mapping file, checked and compiled. */
export type MappingFile = {
  readonly sources: readonly Source[];
  readonly mappings: readonly Mapping[];
  /** What this city fetches or subscribes to; nothing is fetched that does not stand here. */
  readonly feeds: readonly FeedDefinition[];
  /** Where each source is declared, by id: `air.json:4`; absent when no file says it. */
  readonly places?: ReadonlyMap<string, string>;
};

/**
 * Several files as one.
 * @throws Problem bad-data naming both places when two of them declare the same source: one would hide the other
 */
export function joinMappingFiles(files: readonly MappingFile[]): MappingFile {
  const places = new Map<string, string>();
  const twice: string[] = [];
  for (const [id, place] of files.flatMap((file) => [...(file.places ?? [])])) {
    const first = places.get(id);
    if (first === undefined) places.set(id, place);
    else twice.push(`the source "${id}" is declared twice: ${first} and ${place}`);
  }
  if (twice.length > 0) throw new Problem('bad-data', twice.join('\n'), 'sources');
  return {
    sources: files.flatMap(({ sources }) => sources),
    mappings: files.flatMap(({ mappings }) => mappings),
    feeds: files.flatMap(({ feeds }) => feeds),
    places,
  };
}

/** @throws Problem bad-data that lists every fault with its line; not-found when the file cannot be read */
export async function loadMappingFile(
  path: string,
  decoders: readonly string[],
  feedKinds: readonly FeedKind[] = [],
): Promise<MappingFile> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new Problem('not-found', `cannot read the mapping file ${path}: ${(error as Error).message}`);
  }
  return parseMappingFile(bytes, path, decoders, feedKinds);
}

/**
 * Checks the whole file and compiles it.
 * @param name     of the file, for messages
 * @param decoders names of the LoRaWAN decoders that there are
 * @param feedKinds kinds of live feeds that there are
 * @throws Problem bad-data; its detail has one line per fault: `file:line: path: found ..., wanted ...`
 */
export function parseMappingFile(
  bytes: Uint8Array,
  name: string,
  decoders: readonly string[],
  feedKinds: readonly FeedKind[] = [],
): MappingFile {
  let value: unknown;
  const text = new TextDecoder().decode(bytes);
  try {
    value = parseJson(bytes);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const line = syntaxErrorLine(text);
    if (line === undefined) refuseRepeated(text, name);
    const where = line === undefined ? name : `${name}:${line}`;
    throw new Problem('bad-data', `${where}: ${error.message}${error.field ? ` (${error.field})` : ''}`, error.field);
  }
  const faults: Fault[] = [];
  const lines = linesOf(text);
  const placeOf = (path: string): string => `${name}:${lineOf(lines.of, path)}`;
  const file = compileFile(cursor(value, '', faults), decoders, feedKinds, placeOf);
  if (faults.length > 0) {
    const messages = faults.map(
      ({ path, found, wanted }) => `${placeOf(path)}: ${path}: found ${found}, wanted ${wanted}`,
    );
    throw new Problem('bad-data', messages.join('\n'), faults[0]?.path);
  }
  return file;
}

/** @throws Problem bad-data naming both places of a member that stands twice in its object */
function refuseRepeated(text: string, name: string): void {
  const { of, repeated } = linesOf(text);
  if (repeated.length === 0) return;
  const messages = repeated.map(
    ({ path, first }) => `${name}:${lineOf(of, path)}: ${path} stands twice; the first one: line ${first}`,
  );
  throw new Problem('bad-data', messages.join('\n'), repeated[0]?.path);
}

/** The line of the value; of its nearest parent when it is not there. */
function lineOf(lines: ReadonlyMap<string, number>, path: string): number {
  for (let at = path; ; at = at.replace(/(\.[^.[\]]+|\[[^[\]]*\]|^[^.[\]]+)$/, '')) {
    const line = lines.get(at);
    if (line !== undefined) return line;
    if (at === '' || !/(\.[^.[\]]+|\[[^[\]]*\]|^[^.[\]]+)$/.test(at)) return 1;
  }
}

function compileFile(
  at: Cursor,
  decoders: readonly string[],
  feedKinds: readonly FeedKind[],
  placeOf: (path: string) => string,
): MappingFile {
  if (!at.object(['@context', 'sources', 'mappings', 'feeds', 'note'])) return { sources: [], mappings: [], feeds: [] };
  const sources = at.at('sources').items().map(readSource);
  const byId = new Map<string, Source>();
  const places = new Map<string, string>();
  for (const [index, source] of sources.entries()) {
    const idAt = (at.at('sources').items()[index] as Cursor).at('id');
    const first = places.get(source.id);
    if (first !== undefined) idAt.fault(`an id that no other source has; ${first} declares this one`);
    else places.set(source.id, placeOf(idAt.path));
    byId.set(source.id, source);
  }
  const raw = { context: at.at('@context').value, sources: declarations(at.at('sources')) };
  const context = { expand: expander(at.at('@context')), sources: byId, decoders, raw };
  const mappings = at
    .at('mappings')
    .items()
    .map((item) => compileMapping(item, context))
    .filter((mapping) => mapping !== undefined);
  if (!at.at('sources').given) at.at('sources').fault('a list of sources');
  const feeds = at
    .at('feeds')
    .items()
    .map((item) => compileFeed(item, feedKinds, { ...context, mappings }))
    .filter((feed) => feed !== undefined);
  if (!at.at('mappings').given && !at.at('feeds').given) at.at('mappings').fault('a list of mappings, or feeds');
  return { sources: sources.map((source) => describedBy(source, feeds)), mappings, feeds, places };
}

/** The sources as they are written, by id. */
function declarations(at: Cursor): Map<string, unknown> {
  return new Map(at.items().map((item) => [String(item.at('id').value), item.value]));
}

function compileFeed(at: Cursor, kinds: readonly FeedKind[], context: FeedContext): FeedDefinition | undefined {
  const kind = kinds.find((known) => known.kind === at.at('kind').value);
  if (!kind) {
    at.at('kind').fault(`one of ${kinds.map((known) => known.kind).join(', ') || 'none: there are no feeds here'}`);
    return undefined;
  }
  const source = at.at('source').text();
  if (source !== '' && !context.sources.has(source)) {
    at.at('source').fault(`a source of this file: ${[...context.sources.keys()].join(', ') || 'none is declared'}`);
  }
  return kind.compile(at, context);
}

/** What is known of a source by the feeds that fill it. */
function describedBy(source: Source, feeds: readonly FeedDefinition[]): Source {
  const own = feeds.filter((feed) => feed.source === source.id);
  const credit = source.credit ?? own.find((feed) => feed.credit !== undefined)?.credit;
  return {
    ...source,
    ...(credit !== undefined && { credit }),
    ...(own.some(({ estimated }) => estimated === true) && { estimated: true }),
  };
}

const sourceFields = [
  'id',
  'name',
  'purpose',
  'owner',
  'legalBasis',
  'retentionDays',
  'personal',
  'granularity',
].concat(['kind', 'simulated', 'expectedEveryS', 'credit']);

function readSource(at: Cursor): Source {
  at.object(sourceFields);
  const id = at.at('id').text();
  if (id !== '' && !/^[a-z0-9][a-z0-9-]{0,62}$/.test(id)) at.at('id').fault('lower case letters, digits and hyphens');
  return {
    id,
    name: readWords(at.at('name')),
    purpose: readWords(at.at('purpose')),
    owner: readWords(at.at('owner')),
    legalBasis: readWords(at.at('legalBasis')),
    retentionDays: numberOrNull(at.at('retentionDays'), 'days, or null = for good'),
    personal: required(at.at('personal'), personalKinds),
    granularity: at.at('granularity').text(),
    kind: required(at.at('kind'), sourceKinds),
    simulated: at.at('simulated').boolean(false),
    expectedEveryS: at.at('expectedEveryS').given
      ? numberOrNull(at.at('expectedEveryS'), 'seconds, or null = no rhythm')
      : null,
    ...(at.at('credit').given && { credit: at.at('credit').text() }),
  };
}

function required<T extends string>(at: Cursor, words: readonly [T, ...T[]]): T {
  if (!at.given) at.fault(`one of ${words.join(', ')}`);
  return at.oneOf(words, words[0]);
}

function numberOrNull(at: Cursor, wanted: string): number | null {
  if (at.value === null) return null;
  if (typeof at.value === 'number' && at.value > 0 && Number.isFinite(at.value)) return at.value;
  at.fault(wanted);
  return null;
}
