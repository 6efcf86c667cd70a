/** Reads control points from JSON, and what people and programs ask for. Each problem names the field; what is unknown is refused. */
import { isObject } from '../../base/json.ts';
import { Problem } from '../../base/problem.ts';
import { parseDate, parseDuration } from '../../base/time.ts';
import type { Json } from '../../ngsild/entity.ts';
import { isUri } from '../../ngsild/index.ts';
import { idPattern, name as nameIn, number, oneOf, text, words } from '../members.ts';
import {
  expiresMsMax,
  noteMax,
  pointKinds,
  type Channel,
  type CommandRequest,
  type ControlGroup,
  type ControlPoint,
  type Option,
  type Range,
  type ReadBack,
  type Schedule,
  type Switching,
  type Value,
} from './schema.ts';

/** Pages and routes below `/console/control/` have these names. */
const taken = ['new', 'import', 'export', 'points', 'commands', 'groups', 'batches', 'schedules'];
const optionsMax = 50;
const payloadMax = 4_000;
const withinMsMax = 3_600_000;

/** Filled in where they stand; alone in a text, `{value}` keeps its type. */
export const placeholders = ['value', 'id', 'at', 'expiresAt'] as const;

const members = [
  'id',
  'kind',
  'entity',
  'attribute',
  'name',
  'district',
  'channel',
  'range',
  'options',
  'unitCode',
  'readBack',
  'expires',
  'dangerous',
  'note',
];

/** @throws Problem bad-data with the field; `at` stands before it: `points[3]` */
export function parsePoint(value: unknown, at = ''): ControlPoint {
  const place = (field: string): string => (at === '' ? field : `${at}.${field}`);
  const given = object(value, at === '' ? 'point' : at, members, place);
  const id = text(given['id'], place('id'));
  if (!idPattern.test(id) || taken.includes(id))
    throw new Problem('bad-data', 'an id has 1 to 64 lower case letters, digits and hyphens', place('id'));
  const entity = text(given['entity'], place('entity'));
  if (!isUri(entity)) throw new Problem('bad-data', 'expected a URI', place('entity'));
  const { range, options, unitCode, name, district, note, dangerous = false } = given;
  if ((range === undefined) === (options === undefined))
    throw new Problem('bad-data', 'expected one of range, options', place('range'));
  if (typeof dangerous !== 'boolean') throw new Problem('bad-data', 'expected true or false', place('dangerous'));
  return {
    id,
    kind: oneOf(pointKinds)(given['kind'], place('kind')),
    entity,
    attribute: nameIn(given['attribute'], place('attribute')),
    ...(name !== undefined && { name: words(name, place('name')) }),
    ...(district !== undefined && { district: text(district, place('district')) }),
    channel: parseChannel(given['channel'], place('channel')),
    ...(range !== undefined && { range: parseRange(range, place('range')) }),
    ...(options !== undefined && { options: parseOptions(options, place('options')) }),
    ...(unitCode !== undefined && { unitCode: unit(unitCode, place('unitCode')) }),
    readBack: parseReadBack(given['readBack'] ?? {}, place('readBack')),
    expires: duration(given['expires'] ?? 'PT5M', expiresMsMax, place('expires')),
    dangerous,
    ...(note !== undefined && { note: words(note, place('note')) }),
  };
}

/** The file that export writes: `{ points: [...] }`. @throws Problem bad-data with the field */
export function parsePoints(value: unknown): readonly ControlPoint[] {
  const { points } = object(value, 'file', ['points'], (field) => field);
  if (!Array.isArray(points) || points.length > 10_000)
    throw new Problem('bad-data', 'expected a list of at most 10000 control points', 'points');
  const known = new Map<string, number>();
  const things = new Map<string, number>();
  return points.map((one, n) => {
    const point = parsePoint(one, `points[${n}]`);
    const thing = thingOf(point);
    if (known.has(point.id))
      throw new Problem('bad-data', `points[${known.get(point.id)}] has this id too`, `points[${n}].id`);
    if (things.has(thing))
      throw new Problem('bad-data', `points[${things.get(thing)}] controls the same`, `points[${n}].attribute`);
    known.set(point.id, n);
    things.set(thing, n);
    return point;
  });
}

/** `{ id, name?, points, confirmation? }`. @throws Problem bad-data with the field */
export function parseGroup(value: unknown): ControlGroup {
  const given = object(value, 'group', ['id', 'name', 'points', 'confirmation'], (field) => field);
  const { name, points, confirmation = 'other' } = given;
  if (!Array.isArray(points) || points.length < 1 || points.length > 10_000)
    throw new Problem('bad-data', 'expected a list of 1 to 10000 ids of control points', 'points');
  const ids = points.map((one, n) => text(one, `points[${n}]`));
  ids.forEach((one, n) => {
    if (ids.indexOf(one) !== n) throw new Problem('bad-data', 'it stands there already', `points[${n}]`);
  });
  return {
    id: ident(given['id']),
    ...(name !== undefined && { name: words(name, 'name') }),
    points: ids,
    confirmation: oneOf(['other', 'self'])(confirmation, 'confirmation'),
  };
}

/** `{ id, name?, group | point, elevation?, switchings, exceptions?, enabled? }`. @throws Problem bad-data with the field */
export function parseSchedule(value: unknown): Schedule {
  const given = object(
    value,
    'schedule',
    ['id', 'name', 'group', 'point', 'elevation', 'switchings', 'exceptions', 'enabled'],
    (field) => field,
  );
  const { name, group, point, elevation = -6, exceptions = [], enabled = true } = given;
  if ((group === undefined) === (point === undefined))
    throw new Problem('bad-data', 'expected one of group, point', 'group');
  const degrees = number(elevation, 'elevation');
  if (degrees < -18 || degrees > 10) throw new Problem('bad-data', 'expected degrees from -18 to 10', 'elevation');
  if (typeof enabled !== 'boolean') throw new Problem('bad-data', 'expected true or false', 'enabled');
  if (!Array.isArray(exceptions) || exceptions.length > 400)
    throw new Problem('bad-data', 'expected a list of at most 400 exceptions', 'exceptions');
  return {
    id: ident(given['id']),
    ...(name !== undefined && { name: words(name, 'name') }),
    ...(group !== undefined && { group: text(group, 'group') }),
    ...(point !== undefined && { point: text(point, 'point') }),
    elevation: degrees,
    switchings: parseSwitchings(given['switchings'], 'switchings', 1),
    exceptions: exceptions.map((one, n) => {
      const at = `exceptions[${n}]`;
      const told = object(one, at, ['date', 'switchings'], (field) => `${at}.${field}`);
      const date = text(told['date'], `${at}.date`);
      if (parseDate(date) === undefined) throw new Problem('bad-data', 'expected a date: 2027-03-21', `${at}.date`);
      return { date, switchings: parseSwitchings(told['switchings'] ?? [], `${at}.switchings`, 0) };
    }),
    enabled,
  };
}

function parseSwitchings(value: unknown, at: string, least: number): readonly Switching[] {
  if (!Array.isArray(value) || value.length < least || value.length > 48)
    throw new Problem('bad-data', `expected a list of ${least} to 48 switchings`, at);
  return value.map((one, n) => {
    const place = (field: string): string => `${at}[${n}].${field}`;
    const given = object(one, `${at}[${n}]`, ['at', 'offset', 'value'], place);
    const when = text(given['at'], place('at'));
    if (!/^(?:dusk|dawn|(?:[01]\d|2[0-3]):[0-5]\d)$/.test(when))
      throw new Problem('bad-data', 'expected dusk, dawn or a time such as 23:00', place('at'));
    const offset = given['offset'] === undefined ? 0 : number(given['offset'], place('offset'));
    if (!Number.isInteger(offset) || Math.abs(offset) > 360)
      throw new Problem('bad-data', 'expected whole minutes from -360 to 360', place('offset'));
    return { at: when, ...(offset !== 0 && { offset }), value: scalar(given['value'], place('value')) };
  });
}

function ident(value: unknown): string {
  const id = text(value, 'id');
  if (!idPattern.test(id) || id === 'new')
    throw new Problem('bad-data', 'an id has 1 to 64 lower case letters, digits and hyphens', 'id');
  return id;
}

/** Of an entity and an attribute there is one point. */
export const thingOf = ({ entity, attribute: name }: Pick<ControlPoint, 'entity' | 'attribute'>): string =>
  `${entity} ${name}`;

function parseChannel(value: unknown, at: string): Channel {
  if (!isObject(value)) throw new Problem('bad-data', 'expected an object', at);
  const place = (field: string): string => `${at}.${field}`;
  const kind = oneOf(['mqtt', 'http'])(value['kind'], place('kind'));
  const payload = parsePayload(value['payload'] ?? { id: '{id}', value: '{value}' }, place('payload'));
  if (kind === 'mqtt') {
    object(value, at, ['kind', 'topic', 'payload'], place);
    const topic = text(value['topic'], place('topic'));
    const levels = topic.split('/');
    // Nobody but the platform may publish below a level of this name: a command cannot come from elsewhere.
    if (/[+#\0]/.test(topic) || topic.startsWith('$') || levels.indexOf('commands') < 1)
      throw new Problem(
        'bad-data',
        'a topic without wildcards, with a level "commands" below the device\'s own: water/valve-12/commands',
        place('topic'),
      );
    return { kind, topic, payload };
  }
  object(value, at, ['kind', 'url', 'method', 'payload'], place);
  const url = text(value['url'], place('url'));
  if (!/^https?:$/.test(protocolOf(url)))
    throw new Problem('bad-data', 'expected a URL of http or https', place('url'));
  return { kind, url, method: oneOf(['POST', 'PUT'])(value['method'] ?? 'POST', place('method')), payload };
}

const protocolOf = (url: string): string => (URL.canParse(url) ? new URL(url).protocol : '');

function parsePayload(value: unknown, at: string): Json {
  const written = JSON.stringify(value);
  if (written === undefined || written.length > payloadMax)
    throw new Problem('bad-data', `expected a payload of at most ${payloadMax} characters`, at);
  if (!written.includes('{value}')) throw new Problem('bad-data', 'expected {value} somewhere in it', at);
  for (const [, name = ''] of written.matchAll(/\{([a-zA-Z]+)\}/g))
    if (!placeholders.some((one) => one === name))
      throw new Problem('bad-data', `{${name}} is unknown; expected one of ${placeholders.join(', ')}`, at);
  return value as Json;
}

function parseRange(value: unknown, at: string): Range {
  const given = object(value, at, ['min', 'max', 'step'], (field) => `${at}.${field}`);
  const min = number(given['min'], `${at}.min`);
  const max = number(given['max'], `${at}.max`);
  if (max <= min) throw new Problem('bad-data', 'expected more than min', `${at}.max`);
  if (given['step'] === undefined) return { min, max };
  const step = number(given['step'], `${at}.step`);
  if (step <= 0 || step > max - min)
    throw new Problem('bad-data', 'expected a positive number within the range', `${at}.step`);
  return { min, max, step };
}

function parseOptions(value: unknown, at: string): readonly Option[] {
  if (!Array.isArray(value) || value.length < 1 || value.length > optionsMax)
    throw new Problem('bad-data', `expected a list of 1 to ${optionsMax} options`, at);
  const seen = new Set<string>();
  return value.map((one, n) => {
    const place = (field: string): string => `${at}[${n}].${field}`;
    const given = object(one, `${at}[${n}]`, ['value', 'sends', 'name'], place);
    const state = scalar(given['value'], place('value'));
    // Forms know a value by its text.
    if (seen.has(String(state))) throw new Problem('bad-data', 'another option has this value', place('value'));
    seen.add(String(state));
    return {
      value: state,
      ...(given['sends'] !== undefined && { sends: scalar(given['sends'], place('sends')) }),
      ...(given['name'] !== undefined && { name: words(given['name'], place('name')) }),
    };
  });
}

function parseReadBack(value: unknown, at: string): ReadBack {
  const place = (field: string): string => `${at}.${field}`;
  const given = object(value, at, ['entity', 'attribute', 'tolerance', 'within'], place);
  const { entity, tolerance = 0 } = given;
  if (entity !== undefined && !isUri(text(entity, place('entity'))))
    throw new Problem('bad-data', 'expected a URI', place('entity'));
  const off = number(tolerance, place('tolerance'));
  if (off < 0) throw new Problem('bad-data', 'expected a number from 0 on', place('tolerance'));
  return {
    ...(entity !== undefined && { entity: entity as string }),
    ...(given['attribute'] !== undefined && { attribute: nameIn(given['attribute'], place('attribute')) }),
    tolerance: off,
    within: duration(given['within'] ?? 'PT30S', withinMsMax, place('within')),
  };
}

// --- what is asked for ------------------------------------------------------------------------------------------------

/**
 * A value of the point, from JSON or as a form sends it.
 * @throws Problem bad-data (value): not a number, out of range, not one of its options
 */
export function parseValue({ range, options }: Pick<ControlPoint, 'range' | 'options'>, given: unknown): Value {
  if (options) {
    const known = options.find(({ value }) => value === given || String(value) === given);
    if (known) return known.value;
    throw new Problem('bad-data', `one of ${options.map(({ value }) => value).join(', ')} is expected`, 'value');
  }
  const number =
    typeof given === 'string' && given.trim() !== '' ? Number(given.trim().replace(',', '.').replace('−', '-')) : given;
  if (typeof number !== 'number' || !Number.isFinite(number))
    throw new Problem('bad-data', 'a number is expected', 'value');
  const { min, max, step } = range ?? { min: -Infinity, max: Infinity };
  if (number < min || number > max)
    throw new Problem('bad-data', `a number from ${min} to ${max} is expected`, 'value');
  if (step !== undefined && Math.abs((number - min) / step - Math.round((number - min) / step)) > 1e-6)
    throw new Problem('bad-data', `steps of ${step} from ${min} on are expected`, 'value');
  return number;
}

/**
 * `{ value, note?, expires?, seen?, key?, sure? }`; what is dangerous has to be said to be meant (`sure`).
 * @throws Problem bad-data with the field
 */
export function parseRequest(
  point: Pick<ControlPoint, 'range' | 'options' | 'dangerous'>,
  fields: Readonly<Record<string, unknown>>,
): CommandRequest {
  const value = parseValue(point, fields['value']);
  if (point.dangerous && fields['sure'] !== true && fields['sure'] !== 'yes')
    throw new Problem('bad-data', 'this is dangerous: it has to be said that it is meant', 'sure');
  const short = (name: string, max: number): string | undefined => {
    const found = fields[name];
    if (found === undefined) return undefined;
    if (typeof found !== 'string' || found.length > max)
      throw new Problem('bad-data', `a text of at most ${max} characters is expected`, name);
    return found.trim();
  };
  const [note, key, seen, expires] = [
    short('note', noteMax),
    short('key', 200),
    short('seen', 20),
    short('expires', 40),
  ];
  return {
    value,
    ...(note !== undefined && note !== '' && { note }),
    ...(key !== undefined && key !== '' && { key }),
    ...(seen !== undefined && { seen }),
    ...(expires !== undefined &&
      expires !== '' && { expiresInMs: parseDuration(duration(expires, expiresMsMax, 'expires'))?.ms ?? 0 }),
  };
}

// --- parts ------------------------------------------------------------------------------------------------------------
function object(
  value: unknown,
  at: string,
  known: readonly string[],
  place: (field: string) => string,
): Record<string, unknown> {
  if (!isObject(value)) throw new Problem('bad-data', 'expected an object', at);
  for (const key of Object.keys(value))
    if (!known.includes(key))
      throw new Problem('bad-data', `unknown member; expected one of ${known.join(', ')}`, place(key));
  return value;
}

function scalar(value: unknown, at: string): Value {
  if (typeof value === 'boolean') return value;
  return typeof value === 'number' ? number(value, at) : text(value, at);
}

function unit(value: unknown, at: string): string {
  const given = text(value, at);
  if (!/^[A-Z0-9]{1,3}$/.test(given)) throw new Problem('bad-data', 'expected a UN/CEFACT code, such as P1', at);
  return given;
}

function duration(value: unknown, maxMs: number, at: string): string {
  const given = text(value, at);
  const parsed = parseDuration(given);
  if (!parsed || parsed.months > 0 || parsed.ms < 1_000 || parsed.ms > maxMs)
    throw new Problem(
      'bad-data',
      `expected an ISO 8601 duration from PT1S to ${maxMs / 60_000} minutes, such as PT5M`,
      at,
    );
  return given;
}
