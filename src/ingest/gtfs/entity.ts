/**
 * Stops, routes and agencies as entities: GtfsStop, GtfsStation, GtfsRoute, GtfsAgency of the Smart Data Models of urban
 * mobility. Trips and stop times stay in the timetable: 130,000 entities would answer no question that it does not.
 */
import type { Reading } from '../../broker/index.ts';
import type { Attributes, Instance, Json } from '../../ngsild/entity.ts';
import { coreContext } from '../../ngsild/index.ts';
import { sourceAttribute } from '../mapping/index.ts';
import { inUri } from '../mapping/template.ts';
import type { Timetable } from './timetable.ts';
import type { Agency, Names, Route, Stop } from './words.ts';

const iri = (name: string): string => coreContext.expand(name);
export const stopType = iri('GtfsStop');
export const stationType = iri('GtfsStation');
export const routeType = iri('GtfsRoute');
/** True while the timetable that holds has the stop or the route; our own, since the models do not say it. */
export const inTimetableAttribute = iri('inTimetable');

const station = 1;

type Kind = 'GtfsStop' | 'GtfsStation' | 'GtfsRoute' | 'GtfsAgency';

/** Ids of different feeds may be the same: the source stands before them. */
export function entityId(kind: Kind, source: string, id: string): string {
  return `urn:ngsi-ld:${kind}:${source}:${inUri(id) ?? encodeURIComponent(id.toWellFormed())}`;
}

export function stopEntityId(source: string, { id, locationType }: Pick<Stop, 'id' | 'locationType'>): string {
  return entityId(locationType === station ? 'GtfsStation' : 'GtfsStop', source, id);
}

/** @returns the source and the id within its feed; undefined when it is no id of ours */
export function parseStopEntityId(id: string): { source: string; stop: string } | undefined {
  const match = /^urn:ngsi-ld:Gtfs(?:Stop|Station):([a-z0-9-]+):(.+)$/.exec(id);
  if (!match) return undefined;
  try {
    return { source: match[1] ?? '', stop: decodeURIComponent(match[2] ?? '') };
  } catch {
    return undefined;
  }
}

/** Path of a stop's page and, below `/api/transit`, of its data. */
export function toStopPath(source: string, stop: string): string {
  return `/stops/${source}:${encodeURIComponent(stop.toWellFormed())}`;
}

/** What becomes an entity, with a line for whoever looks for a refusal. */
export type Described = { readonly reading: Reading; readonly from: string };

/** Agencies, routes, stops and stations. Entrances, nodes and boarding areas are parts of a station and no entities. */
export function* describe(timetable: Timetable, source: string, simulated: boolean): Generator<Described> {
  const made = (kind: Kind, id: string, attrs: Attributes, file: string): Described => ({
    reading: {
      id: entityId(kind, source, id),
      type: [iri(kind)],
      attrs,
      atBirth: { [sourceAttribute]: [{ type: 'Property', value: source }] },
      simulated,
    },
    from: `${file} ${id}`,
  });
  for (const agency of timetable.agencies()) {
    yield made('GtfsAgency', agency.id === '' ? source : agency.id, agencyAttributes(agency, timetable), 'agency.txt');
  }
  for (const route of timetable.routes())
    yield made('GtfsRoute', route.id, routeAttributes(route, source), 'routes.txt');
  for (const stop of timetable.stops()) {
    if (stop.locationType > station) continue;
    const kind = stop.locationType === station ? 'GtfsStation' : 'GtfsStop';
    yield made(kind, stop.id, stopAttributes(stop, source), 'stops.txt');
  }
}

/** Says of an entity that the timetable which holds now does not have it. */
export function withdrawn(id: string, type: readonly string[], simulated: boolean): Reading {
  return { id, type, attrs: attributes({ inTimetable: property(false) }), simulated };
}

const property = (value: Json | undefined): Instance | undefined =>
  value === undefined || value === '' ? undefined : { type: 'Property', value };
const relationship = (id: string | undefined): Instance | undefined =>
  id === undefined ? undefined : { type: 'Relationship', value: id };
/** One text, or one per language where the feed has several. */
const named = (text: string, names: Names): Instance | undefined =>
  Object.keys(names).length > 1 ? { type: 'LanguageProperty', value: { ...names } } : property(text);

function attributes(given: Readonly<Record<string, Instance | undefined>>): Attributes {
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, instance]) => (instance === undefined ? [] : [[iri(name), [instance]]])),
  );
}

function agencyAttributes({ name, names, url, phone }: Agency, { timeZone, language }: Timetable): Attributes {
  return attributes({
    name: named(name, names),
    agencyName: property(name),
    page: property(url),
    phone: property(phone),
    timezone: property(timeZone),
    language: property(language),
  });
}

function routeAttributes(route: Route, source: string): Attributes {
  const { shortName, longName, longNames, agencyId, description, type, color, textColor } = route;
  return attributes({
    name: longName === '' ? property(shortName) : named(longName, longNames),
    shortName: property(shortName),
    description: property(description),
    routeType: property(String(type)),
    routeColor: property(color),
    routeTextColor: property(textColor),
    operatedBy: relationship(entityId('GtfsAgency', source, agencyId === '' ? source : agencyId)),
    inTimetable: property(true),
  });
}

function stopAttributes(stop: Stop, source: string): Attributes {
  const { name, names, code, description, position, parent, platformCode, wheelchairBoarding } = stop;
  return attributes({
    name: named(name, names),
    code: property(code),
    description: property(description),
    platformCode: property(platformCode),
    wheelChairAccessible: property(String(wheelchairBoarding)),
    hasParentStation: relationship(parent === undefined ? undefined : entityId('GtfsStation', source, parent)),
    inTimetable: property(true),
    ...(position && {
      location: { type: 'GeoProperty' as const, value: { type: 'Point', coordinates: [...position] } },
    }),
  });
}
