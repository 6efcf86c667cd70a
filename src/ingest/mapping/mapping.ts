import type { Attributes, Instance } from '../../ngsild/entity.ts';
import { personalFault } from '../../trust/index.ts';
import { compileAttribute, getterOf, show, type AttributeReader } from './attribute.ts';
import type { Cursor } from './cursor.ts';
import { sourceAttribute, type Expand } from './names.ts';
import { compilePath, type Getter } from './path.ts';
import { leaveOut, refused, type Input, type Refused, type Taken, type Target } from './reading.ts';
import { compileTemplate, inUri, type Template } from './template.ts';
import { durationMs, formatsOf, timeReader, zoneOf, type TimeReader } from './time.ts';
import { compileTable, type TableForm } from './tableForm.ts';
import { parseTopicPattern, type TopicPattern } from './topic.ts';

/** `csv` is the older word for `table`. */
export const payloadKinds = ['json', 'number', 'text', 'ttn', 'chirpstack', 'table', 'csv', 'geojson'] as const;
export type PayloadKind = Exclude<(typeof payloadKinds)[number], 'csv'>;
/** What arrives by itself, at an instant; the others are files. */
const messagePayloads: readonly PayloadKind[] = ['json', 'number', 'text', 'ttn', 'chirpstack'];
export const isFilePayload = (payload: PayloadKind): boolean => !messagePayloads.includes(payload);

/** What a mapping says of a GeometryCollection with several members. */
export const collectionRules = ['refuse', 'first'] as const;
export type CollectionRule = (typeof collectionRules)[number];

/** How `chorsu play` sends a row again: the topic, filled from the row. */
export type PlayForm = { readonly topic: Template };

/** A mapping as it was written, so that it can be kept and read again. JSON. */
export type RawMapping = {
  /** The `@context` of its file; undefined when it has none. */
  readonly context: unknown;
  /** The declaration of its source. */
  readonly source: unknown;
  readonly element: unknown;
};

export type Mapping = {
  readonly raw: RawMapping;
  readonly source: string;
  readonly payload: PayloadKind;
  readonly topic: TopicPattern | undefined;
  readonly decoder: string | undefined;
  /** The list in the payload of which each item is a reading. */
  readonly each: Getter | undefined;
  readonly table: TableForm | undefined;
  /** What becomes of a GeometryCollection with several members. */
  readonly collection: CollectionRule | undefined;
  /** Columns that a table must have. */
  readonly columns: readonly string[];
  readonly play: PlayForm | undefined;
  /** IRIs of types that do not depend on the payload. */
  readonly types: readonly string[];
  /** Names as written in the file, by IRI: attributes and those at birth. */
  readonly shortNames: ReadonlyMap<string, string>;
  target(captured: Readonly<Record<string, string>>): Target;
  /** @param receivedMs the platform's clock, for payloads without a time and for `maxFuture` */
  read(target: Target, payload: unknown, receivedMs: number): Taken | Refused;
};

export type MappingContext = {
  readonly expand: Expand;
  readonly sources: ReadonlyMap<string, { readonly simulated: boolean }>;
  readonly decoders: readonly string[];
  /** As written: the `@context` of the file, and its sources by id. */
  readonly raw: { readonly context: unknown; readonly sources: ReadonlyMap<string, unknown> };
};

const fields = [
  'source',
  'topic',
  'payload',
  'decoder',
  'each',
  'entity',
  'time',
  'status',
  'attributes',
  'atBirth',
].concat(['table', 'csv', 'geojson', 'play', 'note']);

/** Compiles one element of `mappings`; faults are noted at the cursor. */
export function compileMapping(at: Cursor, context: MappingContext): Mapping | undefined {
  if (!at.object(fields)) return undefined;
  const source = at.at('source').text();
  const simulated = context.sources.get(source)?.simulated === true;
  if (source !== '' && !context.sources.has(source)) {
    at.at('source').fault(`a source of this file: ${[...context.sources.keys()].join(', ') || 'none is declared'}`);
  }
  const saidPayload = at.at('payload').oneOf(payloadKinds, 'json');
  const payload: PayloadKind = saidPayload === 'csv' ? 'table' : saidPayload;
  const topicAt = at.at('topic');
  let topic: TopicPattern | undefined;
  if (topicAt.given) {
    const parsed = parseTopicPattern(topicAt.text());
    if (parsed.pattern) topic = parsed.pattern;
    else topicAt.fault(parsed.wanted);
  }
  const captures = topic?.names ?? [];
  const columns = new Set<string>();
  const table = compileTable(at, payload);
  const attributeContext = {
    columns,
    ofTable: payload === 'table',
    decimal: table?.decimal,
    expand: context.expand,
    captures,
    textual: payload === 'table' || payload === 'text' || payload === 'number',
  };
  const decoderAt = at.at('decoder');
  if (decoderAt.given && !context.decoders.includes(decoderAt.text())) {
    decoderAt.fault(`a decoder: ${context.decoders.join(', ')}`);
  }
  const eachAt = at.at('each');
  const each = eachAt.given ? compilePath(eachAt.text()) : undefined;
  if (eachAt.given && !each) eachAt.fault('a path to a list');

  const entity = at.at('entity');
  entity.object(['id', 'type']);
  const id = template(entity.at('id'), captures);
  const missingId = `${id?.needs.length ? `"${id.needs.join('", "')}"` : 'nothing'} gives no part of an entity id: empty, or longer than 128 characters`;
  if (id && !/^(urn:|https?:)/.test(String(entity.at('id').value)))
    entity.at('id').fault('a URI: urn:ngsi-ld:Type:{name}');
  const typeAt = entity.at('type');
  const types = Array.isArray(typeAt.value) ? typeAt.items().map((item) => item.text()) : [typeAt.text()];
  if (types.length === 0) typeAt.fault('at least one type');
  const typeIris = types.map(context.expand);

  const personalType = personalFault(typeIris);
  if (personalType !== undefined) typeAt.fault(`no entities of persons (${personalType})`);
  const refusePersonal = (name: string, item: Cursor): void => {
    const why = personalType === undefined ? personalFault(typeIris, context.expand(name)) : undefined;
    if (why !== undefined) item.fault(`no personal data (${why})`);
  };
  const readers: AttributeReader[] = [];
  const shortNames = new Map<string, string>();
  for (const [name, item] of at.at('attributes').entries()) {
    const reader = compileAttribute(name, item, attributeContext);
    if (reader) readers.push(reader);
    refusePersonal(name, item);
    shortNames.set(context.expand(name), name);
  }
  if (at.at('attributes').entries().length === 0) at.at('attributes').fault('at least one attribute');
  const birthReaders: AttributeReader[] = [];
  for (const [name, item] of at.at('atBirth').entries()) {
    const reader = compileAttribute(name, item, attributeContext);
    if (reader) birthReaders.push(reader);
    refusePersonal(name, item);
    shortNames.set(context.expand(name), name);
  }
  if (payload === 'table') for (const name of id?.needs ?? []) columns.add(name);
  const time = compileTime(at.at('time'), columns, isFilePayload(payload));
  const status = compileStatus(at.at('status'), columns);
  const geojsonAt = at.at('geojson');
  if (geojsonAt.given && payload !== 'geojson') geojsonAt.fault('"payload": "geojson" beside it');
  const collection =
    geojsonAt.given && geojsonAt.object(['collection'])
      ? geojsonAt.at('collection').oneOf(collectionRules, 'refuse')
      : undefined;
  const playAt = at.at('play');
  let play: PlayForm | undefined;
  if (playAt.given && playAt.object(['topic'])) {
    const topicTemplate = template(playAt.at('topic'), []);
    if (topicTemplate) play = { topic: topicTemplate };
  }

  const birthIsFixed = birthReaders.every((reader) => reader.fixed);
  const born: Attributes = { [sourceAttribute]: [{ type: 'Property', value: source }] };
  const inputOf = (captured: Target['captured'], payload: unknown, observedAt: string): Input => ({
    captured,
    payload,
    observedAt,
    status: undefined,
    flagged: false,
    leftOut: undefined,
  });
  const birth = (input: Input): Attributes => {
    const attrs: Record<string, readonly Instance[]> = { ...born };
    for (const reader of birthReaders) {
      const instance = reader.take(input);
      // What stands still was not observed; a fault in a name or place is no reason to lose the value.
      if (instance && 'type' in instance) attrs[reader.iri] = [still(instance)];
      else if (instance) leaveOut(input, 'birth', instance.detail);
    }
    return attrs;
  };

  return {
    raw: { context: context.raw.context, source: context.raw.sources.get(source), element: at.value },
    source,
    payload,
    topic,
    decoder: decoderAt.given ? decoderAt.text() : undefined,
    each,
    table,
    collection,
    columns: [...columns],
    play,
    types: typeIris,
    shortNames,
    target: (captured) => ({
      captured,
      id: id?.fixed === true ? id.fill(captured, undefined) : undefined,
      type: typeIris,
      atBirth: birthIsFixed ? birth(inputOf(captured, undefined, '')) : undefined,
    }),
    read(target, from, receivedMs) {
      const observedMs = time.read(from, receivedMs);
      if (typeof observedMs !== 'number') return observedMs;
      const entityId = target.id ?? id?.fill(target.captured, from);
      if (entityId === undefined) return refused('entity', missingId);
      const observedAt = new Date(observedMs).toISOString();
      const input = inputOf(target.captured, from, observedAt);
      const problem = status(input);
      if (problem) return problem;
      const attrs: Record<string, readonly Instance[]> = {};
      let any = false;
      for (let i = 0; i < readers.length; i++) {
        const reader = readers[i] as AttributeReader;
        const instance = reader.take(input);
        if (instance === undefined) {
          if (reader.required) return refused('missing', `${shortNames.get(reader.iri) ?? reader.iri} is missing`);
        } else if ('type' in instance) {
          attrs[reader.iri] = [time.none ? still(instance) : instance];
          any = true;
        } else return instance;
      }
      if (!any) return refused('missing', 'no value in it');
      const ofBirth = inputOf(target.captured, from, observedAt);
      const atBirth = target.atBirth ?? birth(ofBirth);
      const leftOut = ofBirth.leftOut === undefined ? input.leftOut : [...(input.leftOut ?? []), ...ofBirth.leftOut];
      return {
        reading: {
          id: entityId,
          type: target.type ?? typeIris,
          attrs,
          atBirth,
          simulated,
        },
        observedMs,
        flagged: input.flagged,
        ...(time.none && { timeless: true as const }),
        ...(leftOut && { leftOut }),
      };
    },
  };
}

/** Was not observed at an instant. */
function still(instance: Instance): Instance {
  const { observedAt: _, ...rest } = instance;
  return rest;
}

function template(at: Cursor, captures: readonly string[]): Template | undefined {
  const text = at.text();
  if (text === '') return undefined;
  const compiled = compileTemplate(text, captures, inUri);
  if (!compiled.template) at.fault(compiled.wanted);
  return compiled.template;
}

type Time = {
  /** There is none: the attributes get no observedAt. */
  readonly none?: true;
  read(payload: unknown, receivedMs: number): number | Refused;
};

/**
 * `time`: { path | column, format, zone, maxFuture } or { start, step } for rows without a time of their own. Without it a
 * message was observed when it arrived; a row of a file says what is, as does `"time": "none"`.
 */
function compileTime(at: Cursor, columns: Set<string>, ofFile: boolean): Time {
  const maxFutureAt = at.at('maxFuture');
  const maxFutureMs = maxFutureAt.given ? durationMs(maxFutureAt.text()) : 300_000;
  if (maxFutureMs === undefined) maxFutureAt.fault('a duration such as 30s, 5m, 2h');
  const ahead = maxFutureMs ?? 0;
  const checked = (observedMs: number, receivedMs: number): number | Refused =>
    observedMs > receivedMs + ahead
      ? refused(
          'future',
          `${new Date(observedMs).toISOString()} is ${Math.round((observedMs - receivedMs) / 1000)} s ahead`,
        )
      : observedMs;
  if (at.value === 'none' || (!at.given && ofFile)) return { none: true, read: (_payload, receivedMs) => receivedMs };
  if (!at.given) return { read: (_payload, receivedMs) => receivedMs };
  at.object(['path', 'column', 'format', 'zone', 'maxFuture', 'start', 'step']);
  const startAt = at.at('start');
  if (startAt.given) {
    const reader = timeReader('iso', undefined) as TimeReader;
    const startMs = reader(startAt.text());
    const stepMs = durationMs(at.at('step').text());
    if (startMs === undefined) startAt.fault('an instant with its offset: 2012-03-01T00:00:00-08:00');
    if (stepMs === undefined) at.at('step').fault('a duration such as 5m');
    return {
      read: (payload, receivedMs) => {
        const row = (payload as { row?: unknown }).row;
        return checked((startMs ?? 0) + (typeof row === 'number' ? row - 1 : 0) * (stepMs ?? 0), receivedMs);
      },
    };
  }
  const get = getterOf(at, columns);
  if (!get) at.fault('the path or column of the time, or start and step');
  const formats = formatsOf(at.at('format'));
  const where = at.at('column').given ? `column "${at.at('column').text()}": ` : '';
  const reader = timeReader(formats, zoneOf(at.at('zone')));
  if (typeof reader === 'string') at.at('format').fault(reader);
  return {
    read: (payload, receivedMs) => {
      const raw = get?.(payload);
      const observedMs = typeof reader === 'string' ? undefined : reader(raw);
      return observedMs === undefined
        ? refused('time', `${where}${show(raw)} is no instant (${formats.join(', ')})`)
        : checked(observedMs, receivedMs);
    },
  };
}

const statusWords = ['valid', 'flagged', 'invalid', 'missing', 'reject'] as const;

/** `status`: { path | column, words: { "Valid": "valid", ... }, other }. */
function compileStatus(at: Cursor, columns: Set<string>): (input: Input) => Refused | undefined {
  if (!at.given) return () => undefined;
  at.object(['path', 'column', 'words', 'other']);
  const get = getterOf(at, columns);
  if (!get) at.fault('the path or column of the status');
  const words = new Map(
    at
      .at('words')
      .entries()
      .map(([word, item]) => [word, item.oneOf(statusWords, 'flagged')]),
  );
  if (words.size === 0) at.at('words').fault(`an object: word of the source -> ${statusWords.join(', ')}`);
  const other = at.at('other').oneOf(statusWords, 'flagged');
  return (input) => {
    const raw = get?.(input.payload);
    const status = words.get(String(raw)) ?? other;
    if (status === 'reject') return refused('status', `the source says ${show(raw)}`);
    if (status !== 'valid') {
      input.status = status;
      input.flagged = true;
    }
    return undefined;
  };
}
