import type { Instance, Json } from '../../ngsild/entity.ts';
import type { Cursor } from './cursor.ts';
import { compileLanguages } from './languages.ts';
import { statusAttribute, type Expand } from './names.ts';
import { decimals, textNumber, type Decimal } from './number.ts';
import { compilePath, type Getter } from './path.ts';
import { compilePoint } from './point.ts';
import { refused, type Input, type Refused } from './reading.ts';
import { compileTemplate, inText, inUri } from './template.ts';
import { formatsOf, timeReader, zoneOf } from './time.ts';

const kinds = ['Property', 'GeoProperty', 'Relationship', 'LanguageProperty', 'JsonProperty'] as const;
const forms = ['number', 'numberInText', 'text', 'boolean', 'words', 'date', 'dateTime'] as const;
const fields = [
  'path',
  'column',
  'value',
  'point',
  'kind',
  'as',
  'words',
  'unitCode',
  'unit',
  'scale',
  'offset',
].concat(['languages', 'range', 'outOfRange', 'precision', 'missing', 'required', 'decimal', 'format', 'zone']);

export type AttributeReader = {
  readonly iri: string;
  /** Needs the topic only, not the payload. */
  readonly fixed: boolean;
  /** Without it the whole reading is refused. */
  readonly required: boolean;
  take(input: Input): Instance | Refused | undefined;
};

export type AttributeContext = {
  readonly expand: Expand;
  readonly captures: readonly string[];
  /** Numbers come as text: CSV, or the bare text of a payload. */
  readonly textual: boolean;
  /** Texts that name where a value stands are columns, not paths. */
  readonly ofTable: boolean;
  /** Of a table: which sign parts the decimals of its numbers. */
  readonly decimal: Decimal | undefined;
  /** Collects the columns that a table must have. */
  readonly columns: Set<string>;
};

/** `path` or `column`; undefined when neither is given or the path is none (then a fault is noted). */
export function getterOf(at: Cursor, columns: Set<string>): Getter | undefined {
  const column = at.at('column');
  if (column.given) {
    const name = column.text();
    columns.add(name);
    return (payload) =>
      typeof payload === 'object' && payload !== null && Object.hasOwn(payload, name)
        ? (payload as Record<string, unknown>)[name]
        : undefined;
  }
  const path = at.at('path');
  if (!path.given) return undefined;
  const text = path.text();
  const getter = compilePath(text);
  if (!getter && text !== '') path.fault('a path such as data.values[0] or ["a name"]');
  return getter;
}

/** Compiles one attribute; faults are noted at the cursor. */
export function compileAttribute(name: string, at: Cursor, context: AttributeContext): AttributeReader | undefined {
  if (!at.object(fields)) return undefined;
  const iri = context.expand(name);
  const kind = at.at('kind').oneOf(kinds, 'Property');
  const required = at.at('required').boolean(false);
  const given = ['path', 'column', 'value', 'point', 'languages'].filter((field) => at.at(field).given);
  if (given.length !== 1) {
    at.fault(
      'exactly one of path, column, value, point, languages',
      given.length === 0 ? 'none of them' : given.join(' and '),
    );
    return undefined;
  }
  if (at.at('value').given) return { iri, required, ...compileFixed(at.at('value'), kind, context) };
  if (at.at('point').given) return { iri, required, fixed: false, take: compilePoint(at.at('point'), context.columns) };
  if (at.at('languages').given) {
    return {
      iri,
      required,
      fixed: false,
      take: compileLanguages(at.at('languages'), context.ofTable ? context.columns : undefined),
    };
  }
  const get = getterOf(at, context.columns) ?? (() => undefined);
  switch (kind) {
    case 'Property':
      return { iri, required, fixed: false, take: compileProperty(at, get, context) };
    case 'Relationship':
      return {
        iri,
        required,
        fixed: false,
        take: ({ payload, observedAt }) => {
          const value = get(payload);
          if (value === undefined || value === null || value === '') return undefined;
          const uri = typeof value === 'string' && value.includes(':') ? value : undefined;
          return uri ? { type: 'Relationship', value: uri, observedAt } : refused('type', `${name}: no URI`);
        },
      };
    case 'GeoProperty':
    case 'LanguageProperty':
    case 'JsonProperty':
      return {
        iri,
        required,
        fixed: false,
        take: ({ payload, observedAt }) => {
          const value = get(payload);
          if (value === undefined || value === null) return undefined;
          if (kind !== 'JsonProperty' && (typeof value !== 'object' || Array.isArray(value))) {
            return refused('type', `${name}: ${kind} takes an object`);
          }
          return { type: kind, value: value as Json, observedAt };
        },
      };
  }
}

/** A value that stands in the file; texts may have holes. Carries no instant: it was not observed. */
function compileFixed(
  at: Cursor,
  kind: (typeof kinds)[number],
  { captures }: AttributeContext,
): Pick<AttributeReader, 'fixed' | 'take'> {
  const value = at.value;
  if (typeof value !== 'string') {
    if (value === null) at.fault('a value; null is none in NGSI-LD');
    return { fixed: true, take: () => ({ type: kind, value: value as Json }) };
  }
  const compiled = compileTemplate(value, captures, kind === 'Relationship' ? inUri : inText);
  if (!compiled.template) {
    at.fault(compiled.wanted);
    return { fixed: true, take: () => undefined };
  }
  const { template } = compiled;
  return {
    fixed: template.fixed,
    take: ({ captured, payload }) => {
      const text = template.fill(captured, payload);
      return text === undefined ? undefined : { type: kind, value: text };
    },
  };
}

function compileProperty(at: Cursor, get: Getter, context: AttributeContext): AttributeReader['take'] {
  // Who looks into the table looks for the column, not for what it becomes.
  const name = at.at('column').given ? `column "${at.at('column').text()}"` : (at.path.split('.').at(-1) ?? at.path);
  const form = at.at('as').oneOf(forms, 'number');
  const decimal = at.at('decimal').given ? at.at('decimal').oneOf(decimals, '.') : context.decimal;
  const instant = form === 'date' || form === 'dateTime' ? compileInstant(at, form) : undefined;
  const missing = at
    .at('missing')
    .items()
    .map((item) => item.value);
  const isMissing = (value: unknown): boolean =>
    value === undefined ||
    value === null ||
    (context.textual && value === '') ||
    missing.some((marker) => marker === value || (typeof marker === 'number' && marker === textNumber(value, decimal)));
  const unitCode = at.at('unitCode').given ? at.at('unitCode').text() : undefined;
  const convert = compileConversion(at, context.columns);
  const words = new Map(
    form === 'words'
      ? at
          .at('words')
          .entries()
          .map(([key, item]) => [key, item.value as Json])
      : [],
  );
  if (form === 'words' && words.size === 0) at.at('words').fault('an object: word of the source -> value');
  const range = at.at('range');
  if (range.given) range.object(['min', 'max']);
  const min = range.at('min').given ? range.at('min').number() : -Infinity;
  const max = range.at('max').given ? range.at('max').number() : Infinity;
  if (min > max) range.fault('min below max');
  const rejects = at.at('outOfRange').oneOf(['flagged', 'rejected'] as const, 'flagged') === 'rejected';
  const precision = at.at('precision').given ? at.at('precision').number() : undefined;
  if (precision !== undefined && !(Number.isInteger(precision) && precision >= 0 && precision <= 10)) {
    at.at('precision').fault('decimals, 0 to 10');
  }
  const factor = precision === undefined ? 0 : 10 ** precision;
  const asText = context.textual || form === 'numberInText';

  return (input) => {
    const raw = get(input.payload);
    if (isMissing(raw)) return undefined;
    let value: Json;
    let status = input.status;
    if (form === 'number' || form === 'numberInText') {
      const parsed = typeof raw === 'number' ? raw : asText ? textNumber(raw, decimal) : undefined;
      if (parsed === undefined || !Number.isFinite(parsed))
        return refused('type', `${name}: ${show(raw)} is no number`);
      const converted = convert(parsed, input.payload);
      if (typeof converted !== 'number') return converted;
      if (converted < min || converted > max) {
        if (rejects) return refused('range', `${name}: ${converted} is not within ${min} and ${max}`);
        status ??= 'flagged';
        input.flagged = true;
      }
      value = factor === 0 ? converted : Math.round(converted * factor) / factor;
    } else if (instant) {
      const read = instant(raw);
      if (read === undefined) return refused('type', `${name}: ${show(raw)} is no ${form}`);
      value = read;
    } else if (form === 'words') {
      const word = words.get(String(raw));
      if (word === undefined) return refused('type', `${name}: ${show(raw)} is not among the words`);
      value = word;
    } else if (form === 'boolean') {
      const truth =
        typeof raw === 'boolean'
          ? raw
          : raw === 1 || raw === '1' || raw === 'true'
            ? true
            : raw === 0 || raw === '0' || raw === 'false'
              ? false
              : undefined;
      if (truth === undefined) return refused('type', `${name}: ${show(raw)} is neither true nor false`);
      value = truth;
    } else {
      if (typeof raw !== 'string' && typeof raw !== 'number')
        return refused('type', `${name}: ${show(raw)} is no text`);
      value = String(raw);
      if (value.length > 10_000 || !value.isWellFormed())
        return refused('type', `${name}: not a text of at most 10,000 characters`);
    }
    const { observedAt } = input;
    if (status !== undefined) {
      const sub = { [statusAttribute]: [{ type: 'Property', value: status } as const] };
      return unitCode === undefined
        ? { type: 'Property', value, observedAt, sub }
        : { type: 'Property', value, observedAt, unitCode, sub };
    }
    return unitCode === undefined
      ? { type: 'Property', value, observedAt }
      : { type: 'Property', value, observedAt, unitCode };
  };
}

/** A day or an instant as a typed value of NGSI-LD (4.6.3), by `format` and `zone` as in `time`. */
function compileInstant(at: Cursor, form: 'date' | 'dateTime'): (raw: unknown) => Json | undefined {
  // A day has no zone: it is read and written as if it were one of UTC.
  const reader = timeReader(formatsOf(at.at('format')), form === 'date' ? 'UTC' : zoneOf(at.at('zone')));
  if (typeof reader === 'string') {
    at.at('format').fault(reader);
    return () => undefined;
  }
  return (raw) => {
    const ms = reader(raw);
    if (ms === undefined) return undefined;
    const text = new Date(ms).toISOString();
    return form === 'date' ? { '@type': 'Date', '@value': text.slice(0, 10) } : { '@type': 'DateTime', '@value': text };
  };
}

/** value = (found x scale + offset), then by the unit that the payload names. */
function compileConversion(at: Cursor, columns: Set<string>): (value: number, payload: unknown) => number | Refused {
  const scale = at.at('scale').given ? at.at('scale').number() : 1;
  const offset = at.at('offset').given ? at.at('offset').number() : 0;
  const unit = at.at('unit');
  if (!unit.given) return scale === 1 && offset === 0 ? (value) => value : (value) => value * scale + offset;
  unit.object(['path', 'column', 'allowed']);
  const get = getterOf(unit, columns);
  if (!get) unit.fault('the path or column that holds the unit');
  const allowed = new Map<string, readonly [number, number]>();
  for (const [word, item] of unit.at('allowed').entries()) {
    if (Array.isArray(item.value)) {
      const pair = item.items().map((part) => part.number());
      if (pair.length !== 2) item.fault('[factor, offset]');
      allowed.set(word, [pair[0] ?? 1, pair[1] ?? 0]);
    } else allowed.set(word, [item.number(), 0]);
  }
  if (allowed.size === 0) unit.at('allowed').fault('an object: unit of the source -> factor or [factor, offset]');
  const wanted = [...allowed.keys()].join(', ');
  return (value, payload) => {
    const word = get?.(payload);
    const conversion = allowed.get(String(word));
    if (!conversion) return refused('unit', `unit ${show(word)} is not allowed; allowed: ${wanted}`);
    return (value * scale + offset) * conversion[0] + conversion[1];
  };
}

/** A few characters of what was found, for a message. */
export function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : (JSON.stringify(value) ?? 'nothing');
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}
