/** The NGSI-LD face of an alarm: type `Alert` of Smart Data Models (dataModel.Alert), and back. */
import { simulatedAttribute } from '../../broker/index.ts';
import {
  coreContext,
  type Attributes,
  type Entity,
  type EntityDelta,
  type Instance,
  type Json,
} from '../../ngsild/index.ts';
import { priorities, states, type Alarm, type Reason, type Texts } from './schema.ts';

const iri = (name: string): string => coreContext.expand(name);
export const alertType = iri('Alert');
export const noteIri = iri('internalNote');
export const districtIri = iri('district');
export const alertPrefix = 'urn:ngsi-ld:Alert:';

/** Words of Smart Data Models, by priority. */
export const severities = { 1: 'critical', 2: 'high', 3: 'medium', 4: 'low' } as const;

/**
 * Category and sub-category of Smart Data Models by the type of the subject. `infrastructure` is our own word: the model
 * has none for pipes, lamps and substations.
 */
const categories: readonly (readonly [RegExp, string, string?])[] = [
  [/^AirQuality/, 'environment', 'airPollution'],
  [/^WaterQuality/, 'environment', 'waterPollution'],
  [/^Noise|^Environment/, 'environment'],
  [/^Flood/, 'naturalDisaster', 'flood'],
  [/^Weather/, 'weather'],
  [/^Traffic|^Road|^Vehicle|Parking|^Gtfs|^Transport/, 'traffic'],
];
export function categoryOf(types: readonly string[]): Pick<Alarm, 'category' | 'subCategory'> {
  const names = types.map((type) => type.replace(/^.*[/#]/, ''));
  const [, category = 'infrastructure', subCategory] =
    categories.find(([pattern]) => names.some((name) => pattern.test(name))) ?? [];
  return { category, ...(subCategory !== undefined && { subCategory }) };
}

const property = (value: Json | undefined): Instance | undefined =>
  value === undefined ? undefined : { type: 'Property', value };
const instant = (at: number | undefined): Instance | undefined =>
  at === undefined ? undefined : property(new Date(at).toISOString());
const texts = (value: Texts | undefined): Instance | undefined =>
  value && { type: 'LanguageProperty', value: { ...value } };
const measured = (value: number | undefined, unitCode: string | undefined): Instance | undefined =>
  value === undefined ? undefined : { type: 'Property', value, ...(unitCode !== undefined && { unitCode }) };

/** Every attribute of an Alert, by its short name. */
const faces: Readonly<Record<string, (alarm: Alarm) => Instance | undefined>> = {
  name: ({ title }) => texts(title),
  description: ({ advice }) => texts(advice),
  category: ({ category }) => property(category),
  subCategory: ({ subCategory }) => property(subCategory),
  severity: ({ priority }) => property(severities[priority]),
  alertSource: ({ subject }) =>
    subject === undefined ? property('dispatcher') : { type: 'Relationship', value: subject },
  dateIssued: ({ issuedAt }) => instant(issuedAt),
  validFrom: ({ raisedAt }) => instant(raisedAt),
  validTo: ({ clearedAt }) => instant(clearedAt),
  location: ({ location }) => location && { type: 'GeoProperty', value: { type: 'Point', coordinates: [...location] } },
  district: ({ district }) => property(district),
  department: ({ department }) => property(department),
  state: ({ state }) => property(state),
  active: ({ active }) => property(active),
  acknowledged: ({ acknowledged }) => property(acknowledged),
  priority: ({ priority }) => property(priority),
  rule: ({ rule }) => property(rule),
  ruleVersion: ({ version }) => property(version),
  raisedCount: ({ raisedCount }) => property(raisedCount),
  closedAt: ({ closedAt }) => instant(closedAt),
  assignedTo: ({ assignedTo }) => property(assignedTo),
  shelvedUntil: ({ shelvedUntil }) => instant(shelvedUntil),
  closingReason: ({ reason }) => property(reason),
  subjectName: ({ subjectName }) => texts(subjectName),
  watchedAttribute: ({ attribute }) => property(attribute),
  watchedValue: ({ value, unitCode }) => measured(value, unitCode),
  limitValue: ({ limit, unitCode }) => measured(limit, unitCode),
  internalNote: ({ note }) => property(note),
  stepCount: ({ stepCount }) => property(stepCount),
  handledStep: ({ handledStep }) => property(handledStep),
};
const named = Object.entries(faces).map(([name, face]) => [iri(name), face] as const);

function attributesOf(alarm: Alarm): Record<string, Instance> {
  const attrs: Record<string, Instance> = {};
  for (const [name, face] of named) {
    const instance = face(alarm);
    if (instance) attrs[name] = instance;
  }
  if (alarm.simulated) attrs[simulatedAttribute] = { type: 'Property', value: true };
  return attrs;
}

const same = (a: Instance, b: Instance): boolean =>
  JSON.stringify([a.type, a.value, a.unitCode]) === JSON.stringify([b.type, b.value, b.unitCode]);

/**
 * What is recorded of a step: the alarm whole when it is new, else what differs.
 * @param at ISO 8601, of the record
 */
export function alertDelta(before: Alarm | undefined, after: Alarm, at: string): EntityDelta {
  const now = attributesOf(after);
  if (!before) {
    const attrs: Attributes = Object.fromEntries(
      Object.entries(now).map(([name, instance]) => [name, [{ ...instance, createdAt: at, modifiedAt: at }]]),
    );
    return { op: 'put', entity: { id: after.id, type: [alertType], createdAt: at, modifiedAt: at, attrs } };
  }
  const was = attributesOf(before);
  const attrs: Record<string, readonly Instance[]> = {};
  for (const [name, instance] of Object.entries(now)) {
    const known = was[name];
    if (!known || !same(known, instance)) attrs[name] = [{ ...instance, modifiedAt: at }];
  }
  const remove = Object.keys(was).flatMap((name) => (now[name] ? [] : [{ name }]));
  return { op: 'set', id: after.id, at, attrs, ...(remove.length > 0 && { remove }) };
}

/** Undefined when the entity is no alarm of ours (a notice of a transit feed is an Alert too). */
export function alarmOf({ id, type, attrs }: Entity): Alarm | undefined {
  const first = (name: string): Instance | undefined => attrs[iri(name)]?.[0];
  const value = (name: string): Json | undefined => first(name)?.value;
  const text = (name: string): string | undefined => stringOf(value(name));
  const number = (name: string): number | undefined => {
    const found = value(name);
    return typeof found === 'number' ? found : undefined;
  };
  const ms = (name: string): number | undefined => {
    const found = text(name);
    return found === undefined ? undefined : Date.parse(found);
  };
  const state = text('state');
  const rule = text('rule');
  const known = states.find((one) => one === state);
  if (!type.includes(alertType) || known === undefined || rule === undefined) return undefined;
  const subject = first('alertSource');
  const unitCode = first('watchedValue')?.unitCode;
  return {
    id,
    state: known,
    rule,
    active: value('active') === true,
    acknowledged: value('acknowledged') === true,
    priority: priorities.find((one) => one === number('priority')) ?? 4,
    version: number('ruleVersion') ?? 0,
    title: textsOf(value('name')) ?? {},
    category: text('category') ?? 'infrastructure',
    issuedAt: ms('dateIssued') ?? 0,
    raisedAt: ms('validFrom') ?? 0,
    raisedCount: number('raisedCount') ?? 1,
    stepCount: number('stepCount') ?? 0,
    handledStep: number('handledStep') ?? 0,
    simulated: attrs[simulatedAttribute]?.[0]?.value === true,
    ...defined({
      subject: subject?.type === 'Relationship' ? stringOf(subject.value) : undefined,
      subjectName: textsOf(value('subjectName')),
      advice: textsOf(value('description')),
      subCategory: text('subCategory'),
      clearedAt: ms('validTo'),
      closedAt: ms('closedAt'),
      attribute: text('watchedAttribute'),
      value: number('watchedValue'),
      unitCode,
      limit: number('limitValue'),
      location: pointOf(value('location')),
      district: text('district'),
      department: text('department'),
      assignedTo: text('assignedTo'),
      shelvedUntil: ms('shelvedUntil'),
      reason: text('closingReason') as Reason | undefined,
      note: text('internalNote'),
    }),
  };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
const defined = <T extends object>(values: T): Defined<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
const stringOf = (value: Json | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

/** A language map, or a plain text as one. */
export function textsOf(value: Json | undefined): Texts | undefined {
  if (typeof value === 'string') return { en: value };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return value as Record<string, string>;
}

/** One point that stands for a geometry: its own, or the middle one of its line or ring. */
export function pointOf(geometry: Json | undefined): readonly [number, number] | undefined {
  if (typeof geometry !== 'object' || geometry === null || Array.isArray(geometry)) return undefined;
  let at: Json | undefined = geometry['coordinates'];
  while (Array.isArray(at) && Array.isArray(at[0])) at = at[Array.isArray(at[0][0]) ? 0 : at.length >> 1];
  if (!Array.isArray(at)) return undefined;
  const [long, lat] = at;
  return typeof long === 'number' && typeof lat === 'number' ? [long, lat] : undefined;
}
