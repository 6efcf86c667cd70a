/**
 * The NGSI-LD face of a work order: type `WorkOrder`, and back. Smart Data Models have none; where `BuildingOperation`
 * (dataModel.Building) and `Alert` have a name for it, it is theirs: `status`, `startDate` and `endDate` (planned), `dateStarted`,
 * `dateFinished`, `dateIssued`.
 */
import type { Entity, Json } from '../../ngsild/index.ts';
import {
  defined,
  deltaOf,
  type Faces,
  instant,
  iri,
  point,
  property,
  readingOf,
  relationship,
  texts,
} from '../face.ts';
import {
  priorities,
  states,
  type Checklist,
  type CheckItem,
  type Order,
  type Part,
  type Photo,
  type Reading,
} from './schema.ts';

export const orderType = iri('WorkOrder');
export const orderPrefix = 'urn:ngsi-ld:WorkOrder:';
export const districtIri = iri('district');
export const noteIri = iri('internalNote');

/** Lists as one value each: an empty one is no attribute. */
const list = (items: readonly object[]) => (items.length > 0 ? property(items as unknown as Json) : undefined);

/** Every attribute of a WorkOrder, by its short name. */
const faces: Faces<Order> = {
  name: ({ title }) => texts(title),
  description: ({ description }) => texts(description),
  status: ({ state }) => property(state),
  priority: ({ priority }) => property(priority),
  assignedTo: ({ crew }) => property(crew),
  department: ({ department }) => property(department),
  district: ({ district }) => property(district),
  location: ({ location }) => point(location),
  address: ({ place }) => (place === undefined ? undefined : property({ streetAddress: place })),
  refAsset: ({ asset }) => relationship(asset),
  subjectName: ({ assetName }) => texts(assetName),
  refAlert: ({ alarm }) => relationship(alarm),
  refServiceRequest: ({ request }) => relationship(request),
  dateIssued: ({ madeAt }) => instant(madeAt),
  endDate: ({ dueAt }) => instant(dueAt),
  dateStarted: ({ startedAt }) => instant(startedAt),
  dateFinished: ({ finishedAt }) => instant(finishedAt),
  closedAt: ({ closedAt }) => instant(closedAt),
  statusReason: ({ reason }) => property(reason),
  checklist: ({ checklist }) => property(checklist as unknown as Json),
  parts: ({ parts }) => list(parts),
  photos: ({ photos }) => list(photos),
  photoCount: ({ photoCount }) => property(photoCount),
  readings: ({ readings }) => list(readings),
  publicText: ({ publicText }) => texts(publicText),
  internalNote: ({ note }) => property(note),
  stepCount: ({ stepCount }) => property(stepCount),
  handledStep: ({ handledStep }) => property(handledStep),
};

export const orderDelta = deltaOf(orderType, faces);

/** Undefined when the entity is no work order of ours. */
export function orderOf(entity: Entity): Order | undefined {
  const { value, text, number, ms, words, relationship: linked, point: place, simulated } = readingOf(entity);
  const state = states.find((one) => one === text('status'));
  const checklist = checklistOf(value('checklist'));
  if (!entity.type.includes(orderType) || !state || !checklist) return undefined;
  return {
    id: entity.id,
    state,
    priority: priorities.find((one) => one === number('priority')) ?? 4,
    title: words('name') ?? {},
    madeAt: ms('dateIssued') ?? 0,
    checklist,
    parts: objects(value('parts'), 'name') as readonly Part[],
    photos: objects(value('photos'), 'n') as readonly Photo[],
    readings: objects(value('readings'), 'name') as readonly Reading[],
    photoCount: number('photoCount') ?? 0,
    stepCount: number('stepCount') ?? 0,
    handledStep: number('handledStep') ?? 0,
    simulated,
    ...defined({
      description: words('description'),
      crew: text('assignedTo'),
      department: text('department'),
      asset: linked('refAsset'),
      assetName: words('subjectName'),
      alarm: linked('refAlert'),
      request: linked('refServiceRequest'),
      location: place('location'),
      district: text('district'),
      place: streetOf(value('address')),
      dueAt: ms('endDate'),
      startedAt: ms('dateStarted'),
      finishedAt: ms('dateFinished'),
      closedAt: ms('closedAt'),
      reason: text('statusReason'),
      publicText: words('publicText'),
      note: text('internalNote'),
    }),
  };
}

const isObject = (value: Json | undefined): value is { readonly [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Those of a list that have the name that tells them. */
const objects = (value: Json | undefined, name: string): unknown =>
  (Array.isArray(value) ? value : []).filter((one) => isObject(one) && one[name] !== undefined);

function checklistOf(value: Json | undefined): Checklist | undefined {
  if (!isObject(value)) return undefined;
  const { template, version, items } = value;
  if (typeof template !== 'string' || typeof version !== 'number') return undefined;
  return { template, version, items: objects(items, 'id') as readonly CheckItem[] };
}

function streetOf(address: Json | undefined): string | undefined {
  const street = isObject(address) ? address['streetAddress'] : undefined;
  return typeof street === 'string' ? street : undefined;
}
