import { languages } from '../../../city/profile.ts';
import type { Entity, Instance, Json } from '../../../ngsild/entity.ts';
import { refused, sourceAttribute, type Refused, type Taken } from '../../mapping/index.ts';
import type { Timetable } from '../timetable.ts';
import { instantMs, iri, property, relationship, urn, type Gathered } from './instances.ts';
import type { Alert, FeedHeader, TranslatedText } from './message.ts';

export const alertType = iri('Alert');
const statusIri = iri('alertStatus');
const validToIri = iri('validTo');

export const alertUrn = (source: string, id: string): string | undefined => urn('Alert', source, id);

export type AlertContext = {
  readonly source: string;
  /** In whose ids the feed names routes and stops. */
  readonly timetable: string;
  readonly stop: (id: string) => ReturnType<Timetable['stop']>;
  readonly simulated: boolean;
  readonly nowMs: number;
  /** What was last told of each alert, by the id of its entity. */
  readonly told: Map<string, string>;
  /** Ids of the alerts that the feed holds are added here, told before or not. */
  readonly there: Set<string>;
};

/** Words of Smart Data Models for how grave it is; what is not known is not said. */
const severities: Readonly<Record<string, string>> = { INFO: 'informational', WARNING: 'medium', SEVERE: 'high' };
/** An alert for more stops than this is of an area, not of places. */
const placesMax = 100;

/**
 * What a notice says of the entity `Alert` (Smart Data Models, Alert; category `traffic`, sub-category `publicTransport`): its words by
 * language, from when to when it holds, which routes and stops it is about.
 * @returns a reading; why it is none; undefined when just this was told before
 */
export function alertReading(alert: Alert, header: FeedHeader, context: AlertContext): Taken | Refused | undefined {
  const { source, timetable, nowMs, told } = context;
  const id = alertUrn(source, alert.id);
  if (id === undefined) return refused('entity', `the alert ${JSON.stringify(alert.id.slice(0, 60))} has no usable id`);
  context.there.add(id);
  const now = JSON.stringify(alert);
  if (told.get(id) === now) return undefined;
  const observedMs = Math.min(instantMs(header.timestampS) ?? nowMs, nowMs);
  const observedAt = new Date(observedMs).toISOString();
  const attrs: Gathered = {};
  const add = (name: string, instance: Instance | undefined): void => {
    if (instance) attrs[iri(name)] = [instance];
  };
  const word = (value: string | undefined): Instance | undefined =>
    value === undefined ? undefined : property(value, observedAt);
  const links = (type: string, ids: ReadonlySet<string>): Instance | undefined => {
    const found = [...ids].map((one) => urn(type, timetable, one)).filter((one) => one !== undefined);
    return found.length === 0 ? undefined : relationship(found.length === 1 ? (found[0] ?? '') : found, observedAt);
  };
  add('name', text(alert.header, observedAt));
  add('description', text(alert.description, observedAt));
  add('seeAlso', text(alert.url, observedAt));
  add('causeDetail', text(alert.causeDetail, observedAt));
  add('effectDetail', text(alert.effectDetail, observedAt));
  add('cause', word(alert.cause));
  add('effect', word(alert.effect));
  add('severity', word(severities[alert.severity]));
  add('alertStatus', word('inForce'));
  const starts = alert.periods.map(({ startS }) => instantMs(startS));
  const ends = alert.periods.map(({ endS }) => instantMs(endS));
  // Open on one side as soon as one of its periods is.
  const from = starts.length > 0 && !starts.includes(undefined) ? Math.min(...(starts as number[])) : undefined;
  const to = ends.length > 0 && !ends.includes(undefined) ? Math.max(...(ends as number[])) : undefined;
  add('validFrom', word(from === undefined ? undefined : new Date(from).toISOString()));
  add('validTo', word(to === undefined ? undefined : new Date(to).toISOString()));
  if (alert.periods.length > 1) add('activePeriods', { type: 'JsonProperty', value: json(alert.periods), observedAt });
  const routes = new Set(alert.informed.flatMap(({ routeId, trip }) => routeId ?? trip?.routeId ?? []));
  const stops = new Set(alert.informed.flatMap(({ stopId }) => stopId ?? []));
  add('refRoute', links('GtfsRoute', routes));
  add('refStop', links('GtfsStop', stops));
  if (alert.informed.some(({ trip, agencyId, routeType }) => trip || agencyId || routeType !== undefined)) {
    add('informedEntity', { type: 'JsonProperty', value: json(alert.informed), observedAt });
  }
  const places =
    stops.size > placesMax
      ? []
      : [...stops].map((one) => context.stop(one)?.position).filter((one) => one !== undefined);
  if (places.length > 0) add('location', place(places, observedAt));
  told.set(id, now);
  return {
    reading: {
      id,
      type: [alertType],
      attrs,
      atBirth: {
        [sourceAttribute]: [{ type: 'Property', value: source }],
        [iri('category')]: [{ type: 'Property', value: 'traffic' }],
        [iri('subCategory')]: [{ type: 'Property', value: 'publicTransport' }],
        [iri('alertSource')]: [{ type: 'Property', value: source }],
        [iri('dateIssued')]: [{ type: 'Property', value: new Date(from ?? observedMs).toISOString() }],
      },
      simulated: context.simulated,
    },
    observedMs,
    flagged: false,
  };
}

/** A notice that the feed no longer has: it ends, with the instant. One that had ended by itself keeps its own end. */
export function endedReading(entity: Entity, simulated: boolean, atMs: number): Taken {
  const observedAt = new Date(atMs).toISOString();
  const validTo = entity.attrs[validToIri]?.[0]?.value;
  const hadEnded = typeof validTo === 'string' && Date.parse(validTo) <= atMs;
  return {
    reading: {
      id: entity.id,
      type: entity.type,
      attrs: {
        [statusIri]: [property('ended', observedAt)],
        ...(!hadEnded && { [validToIri]: [property(observedAt, observedAt)] }),
      },
      simulated,
    },
    observedMs: atMs,
    flagged: false,
  };
}

export const isOpen = ({ attrs }: Entity): boolean => attrs[statusIri]?.[0]?.value !== 'ended';

/** A language map where one of the platform's languages is among them, else the first text as it is. */
function text(words: TranslatedText | undefined, observedAt: string): Instance | undefined {
  const entries = Object.entries(words ?? {}).filter(([, one]) => one !== '');
  const [first] = entries;
  if (!first) return undefined;
  const known: readonly string[] = languages;
  if (!entries.some(([language]) => known.includes(language))) return property(first[1], observedAt);
  const map = Object.fromEntries(entries.map(([language, one]) => [language === '' ? '@none' : language, one]));
  return { type: 'LanguageProperty', value: map, observedAt };
}

function place(positions: readonly (readonly [number, number])[], observedAt: string): Instance {
  const coordinates = positions.map(([long, lat]) => [long, lat]);
  const value: Json =
    coordinates.length === 1 && coordinates[0]
      ? { type: 'Point', coordinates: coordinates[0] }
      : { type: 'MultiPoint', coordinates };
  return { type: 'GeoProperty', value, observedAt };
}

/** Plain values without absent members. */
const json = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;
