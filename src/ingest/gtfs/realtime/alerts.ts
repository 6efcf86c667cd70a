import type { Timetable } from '../timetable.ts';
import type { TransitAlert } from '../words.ts';
import { instantMs } from './instances.ts';
import type { Alert, EntitySelector } from './message.ts';

/** Stops and routes that somebody wants notices about. */
export type About = { readonly stopIds: readonly string[]; readonly routeIds: readonly string[] };

/** The notices of one feed. */
export type Alerts = { about(what: About, atMs: number): readonly TransitAlert[] };

/** @param entityOf id of the alert's entity */
export function feedAlerts(
  alerts: readonly Alert[],
  timetable: Pick<Timetable, 'trip' | 'route'> | undefined,
  entityOf: (alert: Alert) => string | undefined,
): Alerts {
  return {
    about: (what, atMs) =>
      alerts.flatMap((alert): TransitAlert | [] => {
        const period = periodAt(alert, atMs);
        const id = entityOf(alert);
        if (!period || id === undefined) return [];
        if (!alert.informed.some((selector) => concerns(selector, what, timetable))) return [];
        const { header = {}, description = {}, url = {}, cause, effect, severity } = alert;
        return { id, header, description, url, cause, effect, severity, ...period };
      }),
  };
}

/** The period that holds; one that is open on both sides when the alert names none. */
export function periodAt({ periods }: Alert, atMs: number): { fromMs?: number; toMs?: number } | undefined {
  if (periods.length === 0) return {};
  for (const { startS, endS } of periods) {
    const [fromMs, toMs] = [instantMs(startS), instantMs(endS)];
    if ((fromMs ?? -Infinity) <= atMs && atMs < (toMs ?? Infinity)) {
      return { ...(fromMs !== undefined && { fromMs }), ...(toMs !== undefined && { toMs }) };
    }
  }
  return undefined;
}

/** Every field of a selector that is there narrows it. */
function concerns(
  { agencyId, routeId, routeType, trip, stopId }: EntitySelector,
  { stopIds, routeIds }: About,
  timetable: Pick<Timetable, 'trip' | 'route'> | undefined,
): boolean {
  if (stopId !== undefined && !stopIds.includes(stopId)) return false;
  const ofTrip =
    trip && (trip.routeId ?? (trip.tripId === undefined ? undefined : timetable?.trip(trip.tripId)?.routeId));
  for (const route of [routeId, ofTrip]) if (route !== undefined && !routeIds.includes(route)) return false;
  const routes = routeIds.map((id) => timetable?.route(id));
  if (routeType !== undefined && !routes.some((route) => route?.type === routeType)) return false;
  if (agencyId !== undefined && stopId === undefined && routeId === undefined) {
    return (
      routes.length === 0 || routes.some((route) => !route || route.agencyId === agencyId || route.agencyId === '')
    );
  }
  return stopId !== undefined || routeId !== undefined || ofTrip !== undefined || routeType !== undefined;
}
