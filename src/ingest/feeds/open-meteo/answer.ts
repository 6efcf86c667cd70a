import { isObject, parseJson } from '../../../base/json.ts';
import { Problem } from '../../../base/problem.ts';
import { refused, type Refused } from '../../mapping/index.ts';
import type { Variable } from './variables.ts';

/** One value of an answer, with the attribute that it becomes. */
export type Value = { readonly variable: Variable; readonly value: number };
export type Moment = { readonly atMs: number; readonly values: readonly Value[] };
export type Day = { readonly fromMs: number; readonly toMs: number; readonly values: readonly Value[] };

/** What the answer says of one place: now, and of the days to come. What cannot be used is listed, the rest is taken. */
export type Place = {
  readonly now: Moment | undefined;
  readonly days: readonly Day[];
  readonly refused: readonly Refused[];
};

const dayS = 86_400;
/** Seconds since 1970 that a calendar can show; what is larger is another unit. */
const instantMaxS = 253_402_300_799;

/**
 * Reads an answer of Open-Meteo (`timeformat=unixtime`): an object for one place, a list for several.
 * @throws Problem bad-data when it is no such answer
 */
export function parseAnswer(
  bytes: Uint8Array,
  wanted: { readonly places: number; readonly now: readonly Variable[]; readonly day: readonly Variable[] },
): readonly Place[] {
  const parsed = parseJson(bytes);
  const places = Array.isArray(parsed) ? parsed : [parsed];
  if (places.length !== wanted.places) {
    throw new Problem('bad-data', `the answer is about ${places.length} places, ${wanted.places} were asked for`);
  }
  return places.map((place: unknown) => {
    if (!isObject(place)) throw new Problem('bad-data', 'the answer is no object, as Open-Meteo sends it');
    const refusals: Refused[] = [];
    const now = readNow(place, wanted.now, refusals);
    const days = wanted.day.length > 0 ? readDays(place, wanted.day, refusals) : [];
    return { now, days, refused: refusals };
  });
}

function readNow(place: Record<string, unknown>, wanted: readonly Variable[], refusals: Refused[]): Moment | undefined {
  const { current, current_units: units } = place;
  if (!isObject(current) || !isObject(units)) {
    throw new Problem('bad-data', 'the answer has no current and current_units, as Open-Meteo sends them');
  }
  const atMs = instantOf(current['time'], units['time']);
  if (atMs === undefined) {
    refusals.push(refused('time', 'current.time is no time in seconds'));
    return undefined;
  }
  const values = wanted.flatMap((variable) => {
    const found = valueOf(variable, current[variable.name], units[variable.name], refusals);
    return found === undefined ? [] : [{ variable, value: found }];
  });
  if (values.length === 0) {
    refusals.push(refused('missing', 'no current value in it'));
    return undefined;
  }
  return { atMs, values };
}

function readDays(place: Record<string, unknown>, wanted: readonly Variable[], refusals: Refused[]): readonly Day[] {
  const { daily, daily_units: units, utc_offset_seconds: offset } = place;
  const times = isObject(daily) ? daily['time'] : undefined;
  if (!isObject(daily) || !isObject(units) || !Array.isArray(times)) {
    refusals.push(refused('payload', 'the answer has no daily values'));
    return [];
  }
  if (typeof offset !== 'number' || !Number.isInteger(offset) || Math.abs(offset) > dayS) {
    refusals.push(refused('time', 'utc_offset_seconds is no number of seconds'));
    return [];
  }
  return times.flatMap((time: unknown, index): Day[] => {
    const startMs = instantOf(time, units['time']);
    if (startMs === undefined) {
      refusals.push(refused('time', `daily.time[${index}] is no time in seconds`));
      return [];
    }
    const values = wanted.flatMap((variable) => {
      const series = daily[variable.name];
      const found = valueOf(
        variable,
        Array.isArray(series) ? series[index] : undefined,
        units[variable.name],
        refusals,
      );
      return found === undefined ? [] : [{ variable, value: found }];
    });
    return values.length === 0 ? [] : [{ fromMs: startMs, toMs: startMs + dayS * 1000, values }];
  });
}

function instantOf(time: unknown, unit: unknown): number | undefined {
  const usable = unit === 'unixtime' && typeof time === 'number' && Number.isFinite(time) && time >= 0;
  return usable && time <= instantMaxS ? time * 1000 : undefined;
}

/** @returns undefined for a value that is not there (null), or cannot be used and was listed */
function valueOf(variable: Variable, value: unknown, unit: unknown, refusals: Refused[]): number | undefined {
  if (value === null || value === undefined) return undefined;
  const { name, units } = variable;
  if (typeof unit !== 'string' || !units.includes(unit)) {
    refusals.push(refused('unit', `${name} is in ${shown(unit)}, not in ${units[0]}`));
    return undefined;
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    refusals.push(refused('type', `${name} is ${shown(value)}, no number`));
    return undefined;
  }
  return value;
}

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 40);
