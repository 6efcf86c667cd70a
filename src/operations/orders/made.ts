/** From what somebody says, and what it is made from, to a new order. Pure. */
import { Problem } from '../../base/problem.ts';
import { isSimulated } from '../../broker/index.ts';
import type { Entity } from '../../ngsild/index.ts';
import { districtAt, type City } from '../../ui/index.ts';
import { checklistFor, checklistOf, freshChecklist } from './checklists.ts';
import type { Draft, Order } from './schema.ts';
import { nameOfAsset, ofAsset, titleOf, type Source } from './source.ts';

/** @throws Problem bad-data: neither it nor its source says what is to be done */
export function madeOf(
  urn: string,
  draft: Draft,
  source: Source,
  thing: Entity | undefined,
  city: City,
  at: number,
): Order {
  const title = titleOf(draft, source);
  if (!title) throw new Problem('bad-data', 'what is to be done, in a few words', 'title');
  const place = thing && ofAsset(thing, city);
  const { crew, alarm, request, dueAt, note } = draft;
  const pick = <K extends keyof Source & keyof Draft>(name: K) => draft[name] ?? source[name] ?? place?.[name];
  const [asset, location, department, street] = [pick('asset'), pick('location'), pick('department'), pick('place')];
  const district = pick('district') ?? (location && districtAt(city, location)?.id);
  const description = draft.description ?? source.description;
  const assetName = thing && nameOfAsset(thing, city);
  const template = draft.checklist === undefined ? checklistFor(thing?.type ?? []) : checklistOf(draft.checklist);
  const known = { crew, alarm, request, dueAt, note, asset, location, department, district, place: street };
  return {
    id: urn,
    state: crew === undefined && draft.assignee === undefined ? 'open' : 'assigned',
    priority: draft.priority ?? source.priority ?? 3,
    title,
    madeAt: at,
    checklist: freshChecklist(template),
    parts: [],
    photos: [],
    readings: [],
    photoCount: 0,
    stepCount: 1,
    handledStep: 1,
    // What is done in a sample city is part of the sample.
    simulated: thing ? isSimulated(thing) : city.simulated,
    ...(description && { description }),
    ...(assetName && { assetName }),
    ...(Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined)) as Partial<Order>),
  };
}

/** Ids of all the districts that a new order touches: what was said, what it is made from, where it lies; `''`: none. */
export function placesOf(draft: Draft, source: Source, thing: Entity | undefined, city: City): readonly string[] {
  const { location } = draft;
  const at = location && districtAt(city, location)?.id;
  const named = [draft.district, source.district, thing && ofAsset(thing, city).district, at];
  const known = named.filter((district) => district !== undefined);
  return known.length === 0 ? [''] : known;
}
