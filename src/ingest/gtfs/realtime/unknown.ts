import type { RealtimeReport, UnknownIds } from '../../schema.ts';

/** Gathers ids that a feed names and the timetable does not know. */
export type IdGatherer = { add(id: string): void; found(): UnknownIds; all(): readonly string[] };
export type Unknown = { readonly trips: IdGatherer; readonly routes: IdGatherer; readonly stops: IdGatherer };

const firstMax = 10;
const idShownLength = 60;

function ids(): IdGatherer {
  const known = new Set<string>();
  return {
    add: (id) => void known.add(id),
    all: () => [...known],
    found: () => ({ count: known.size, first: [...known].slice(0, firstMax).map((id) => id.slice(0, idShownLength)) }),
  };
}

export const nothingUnknown = (): Unknown => ({ trips: ids(), routes: ids(), stops: ids() });

export const foundUnknown = ({ trips, routes, stops }: Unknown): RealtimeReport['unknown'] => ({
  trips: trips.found(),
  routes: routes.found(),
  stops: stops.found(),
});
