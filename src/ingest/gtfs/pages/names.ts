/** Names of stops, lines and destinations in the reader's language, where the feed has them. */
import type { Timetable } from '../timetable.ts';
import type { Names, Route, Stop } from '../words.ts';

/** A text and the language it is in; absent when nobody says which. */
export type Named = { readonly text: string; readonly language?: string };

/** Exactly the reader's language, else the same language in another script or region, else as the feed has it. */
export function nameIn(names: Names, text: string, { language: own }: Timetable, reader: string): Named {
  const base = reader.split('-')[0] ?? reader;
  const found = names[reader] ?? names[base] ?? Object.entries(names).find(([tag]) => tag.startsWith(`${base}-`))?.[1];
  if (found !== undefined) return { text: found, language: reader };
  return { text, ...(own !== undefined && { language: own }) };
}

export const stopName = (timetable: Timetable, { names, name, id }: Stop, reader: string): Named =>
  nameIn(names, name === '' ? id : name, timetable, reader);

/** What stands on the front of the vehicle: the short name, else the long one. */
export function lineName(timetable: Timetable, route: Route | undefined, reader: string): Named {
  if (!route) return { text: '–' };
  const { shortName, longName, longNames } = route;
  return shortName === '' ? nameIn(longNames, longName, timetable, reader) : { text: shortName };
}

/** Where the trip goes: its headsign, else its last stop. */
export function destinationName(
  timetable: Timetable,
  { headsign, tripId }: { headsign?: string; tripId: string },
  reader: string,
): Named {
  if (headsign !== undefined) return nameIn(timetable.headsignNames(headsign), headsign, timetable, reader);
  const last = timetable.lastStop(tripId);
  return last ? stopName(timetable, last, reader) : { text: '' };
}
