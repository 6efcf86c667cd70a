/** What a work order is made from: an alarm, a request of a resident, a thing of the city. No field of a person is taken. */
import type { Entity, Json } from '../../ngsild/index.ts';
import { districtAt, type City } from '../../ui/index.ts';
import { alarmOf, subjectOf } from '../alarms/index.ts';
import { pointOf, textsOf } from '../face.ts';
import { textMax, type Draft, type Priority, type Texts } from './schema.ts';

export type Source = {
  readonly title?: Texts;
  readonly priority?: Priority;
  readonly description?: Texts;
  /** IRI. */
  readonly asset?: string;
  readonly location?: readonly [number, number];
  readonly district?: string;
  readonly place?: string;
  readonly department?: string;
};

type Districts = Pick<City, 'districts'>;

export function ofAlarm(entity: Entity): Source {
  const alarm = alarmOf(entity);
  if (!alarm) return {};
  const { title, priority, advice, subject, location, district, department } = alarm;
  return {
    title,
    priority,
    ...(advice && { description: advice }),
    ...(subject !== undefined && { asset: subject }),
    ...(location && { location }),
    ...(district !== undefined && { district }),
    ...(department !== undefined && { department }),
  };
}

/**
 * A `ServiceRequest` of whatever origin: attributes are known by the last part of their names, as its models
 * (Open311, dataModel.IssueTracking) spell them. What says who asked has other names, and is left where it is.
 */
export function ofRequest(entity: Entity, city: Districts): Source {
  const value = lastNamed(entity);
  const text = (name: string): Texts | undefined => shortened(textsOf(value(name)));
  const title = text('title') ?? text('name') ?? text('service_name') ?? text('description');
  const description = text('description');
  const [lat, long] = [value('lat'), value('long')].map(Number);
  const given = pointOf(value('location'));
  const location =
    given ?? (Number.isFinite(lat) && Number.isFinite(long) ? ([long, lat] as [number, number]) : undefined);
  const said = value('district');
  const district = city.districts.some(({ id }) => id === said)
    ? (said as string)
    : location && districtAt(city, location)?.id;
  const address = value('address_string') ?? value('address');
  const place = typeof address === 'string' ? address : streetOf(address);
  return {
    ...(title && { title: shortened(title, 200) as Texts }),
    ...(description && { description }),
    ...(location && { location }),
    ...(district !== undefined && { district }),
    ...(place !== undefined && { place: place.slice(0, 200) }),
  };
}

export function ofAsset(entity: Entity, city: Districts): Source {
  const { location, district, department } = subjectOf(entity, city);
  return {
    asset: entity.id,
    ...(location && { location }),
    ...(district !== undefined && { district }),
    ...(department !== undefined && { department }),
  };
}

/** The name of a thing, for the order that is about it. */
export const nameOfAsset = (entity: Entity, city: Districts): Texts | undefined => subjectOf(entity, city).subjectName;

/** Where the status of a request is told to whoever asked: `status_notes` of Open311 GeoReport v2. */
export const statusNotes = ({ attrs }: Entity): string | undefined =>
  Object.keys(attrs).find((iri) => lastPart(iri) === 'status_notes');

const lastPart = (iri: string): string => iri.replace(/^.*[/#:]/, '');

export const isRequest = ({ type }: Entity): boolean =>
  type.some((one) => ['ServiceRequest', 'Open311ServiceRequest', 'service_requests'].includes(lastPart(one)));

function lastNamed({ attrs }: Entity): (name: string) => Json | undefined {
  const byName = new Map(Object.entries(attrs).map(([iri, [first]]) => [lastPart(iri), first?.value]));
  return (name) => byName.get(name);
}

function streetOf(address: Json | undefined): string | undefined {
  if (typeof address !== 'object' || address === null || Array.isArray(address)) return undefined;
  const street = address['streetAddress'];
  return typeof street === 'string' ? street : undefined;
}

function shortened(words: Texts | undefined, most = textMax): Texts | undefined {
  if (!words) return undefined;
  const kept = Object.entries(words).filter(([, text]) => typeof text === 'string' && text !== '');
  if (kept.length === 0) return undefined;
  return Object.fromEntries(kept.map(([language, text]) => [language, text.slice(0, most)]));
}

/** A title that a form only repeats in one language stays in all. */
export function titleOf(draft: Draft, source: Source): Texts | undefined {
  const { title } = draft;
  if (!title || !source.title) return title ?? source.title;
  const repeats = Object.entries(title).every(([language, text]) => source.title?.[language] === text);
  return repeats ? source.title : title;
}
