/** The NGSI-LD face of an alarm: type `Alert` of Smart Data Models (dataModel.Alert), and back. */
import type { Entity } from '../../ngsild/index.ts';
import {
  defined,
  deltaOf,
  type Faces,
  instant,
  iri,
  measured,
  point,
  property,
  readingOf,
  relationship,
  texts,
} from '../face.ts';
import { priorities, states, type Alarm, type Reason } from './schema.ts';

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

/** Every attribute of an Alert, by its short name. */
const faces: Faces<Alarm> = {
  name: ({ title }) => texts(title),
  description: ({ advice }) => texts(advice),
  category: ({ category }) => property(category),
  subCategory: ({ subCategory }) => property(subCategory),
  severity: ({ priority }) => property(severities[priority]),
  alertSource: ({ subject }) => (subject === undefined ? property('dispatcher') : relationship(subject)),
  dateIssued: ({ issuedAt }) => instant(issuedAt),
  validFrom: ({ raisedAt }) => instant(raisedAt),
  validTo: ({ clearedAt }) => instant(clearedAt),
  location: ({ location }) => point(location),
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
/**
 * What is recorded of a step: the alarm whole when it is new, else what differs.
 * @param at ISO 8601, of the record
 */
export const alertDelta = deltaOf(alertType, faces);

/** Undefined when the entity is no alarm of ours (a notice of a transit feed is an Alert too). */
export function alarmOf(entity: Entity): Alarm | undefined {
  const { id, type } = entity;
  const { first, value, text, number, ms, words, relationship: linked, point: place, simulated } = readingOf(entity);
  const state = text('state');
  const rule = text('rule');
  const known = states.find((one) => one === state);
  if (!type.includes(alertType) || known === undefined || rule === undefined) return undefined;
  const unitCode = first('watchedValue')?.unitCode;
  return {
    id,
    state: known,
    rule,
    active: value('active') === true,
    acknowledged: value('acknowledged') === true,
    priority: priorities.find((one) => one === number('priority')) ?? 4,
    version: number('ruleVersion') ?? 0,
    title: words('name') ?? {},
    category: text('category') ?? 'infrastructure',
    issuedAt: ms('dateIssued') ?? 0,
    raisedAt: ms('validFrom') ?? 0,
    raisedCount: number('raisedCount') ?? 1,
    stepCount: number('stepCount') ?? 0,
    handledStep: number('handledStep') ?? 0,
    simulated,
    ...defined({
      subject: linked('alertSource'),
      subjectName: words('subjectName'),
      advice: words('description'),
      subCategory: text('subCategory'),
      clearedAt: ms('validTo'),
      closedAt: ms('closedAt'),
      attribute: text('watchedAttribute'),
      value: number('watchedValue'),
      unitCode,
      limit: number('limitValue'),
      location: place('location'),
      district: text('district'),
      department: text('department'),
      assignedTo: text('assignedTo'),
      shelvedUntil: ms('shelvedUntil'),
      reason: text('closingReason') as Reason | undefined,
      note: text('internalNote'),
    }),
  };
}
