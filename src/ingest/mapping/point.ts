import type { AttributeReader } from './attribute.ts';
import type { Cursor } from './cursor.ts';
import { parseDegrees, parsePair, type Axis } from './degrees.ts';
import { textNumber } from './number.ts';
import { compilePath, type Getter } from './path.ts';
import { leaveOut, refused, type Refused } from './reading.ts';
import { parseUtmZone, utmToDegrees } from './utm.ts';

type Position = readonly [longitude: number, latitude: number];
/** One of its two numbers is missing. */
type Half = { readonly half: string };
/** undefined: there is none, which is no fault. */
type PositionReader = (payload: unknown) => Position | Refused | Half | undefined;

const nowhere: PositionReader = () => undefined;
const isNothing = (value: unknown): boolean => value === undefined || value === null || value === '';

/**
 * `point`: `[path of the longitude, path of the latitude]`, or by columns: `{ longitude, latitude }`, `{ column, order }` for
 * both in one text, `{ east, north, utm }` for metres of a UTM zone.
 */
export function compilePoint(at: Cursor, columns: Set<string>): AttributeReader['take'] {
  const read = compilePosition(at, columns);
  return (input) => {
    const { payload, observedAt } = input;
    const position = read(payload);
    if (position === undefined || 'reason' in position) return position;
    if ('half' in position) {
      leaveOut(input, 'halfPlace', position.half);
      return undefined;
    }
    const [longitude, latitude] = position;
    if (Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90) {
      return { type: 'GeoProperty', value: { type: 'Point', coordinates: [longitude, latitude] }, observedAt };
    }
    return refused(
      'range',
      `longitude ${longitude}, latitude ${latitude}: ${
        Math.abs(longitude) <= 90 && Math.abs(latitude) <= 180
          ? 'they look swapped'
          : 'no longitude and latitude in degrees'
      }`,
    );
  };
}

function compilePosition(at: Cursor, columns: Set<string>): PositionReader {
  if (Array.isArray(at.value)) {
    const [longitude, latitude, ...more] = at.items().map((item) => {
      const getter = compilePath(item.text());
      if (!getter) item.fault('a path');
      return getter;
    });
    if (longitude && latitude && more.length === 0) return degreesReader(longitude, latitude);
    at.fault('two paths: longitude, latitude');
    return nowhere;
  }
  if (!at.object(['longitude', 'latitude', 'column', 'order', 'east', 'north', 'utm'])) return nowhere;
  const given = (...names: string[]): boolean => names.every((name) => at.at(name).given);
  const column = (name: string): Getter => {
    const text = at.at(name).text();
    columns.add(text);
    return (payload) => (payload as Readonly<Record<string, unknown>> | undefined)?.[text];
  };
  if (given('longitude', 'latitude')) return degreesReader(column('longitude'), column('latitude'));
  if (given('column')) return pairReader(column('column'), at.at('order'));
  if (given('east', 'north', 'utm')) return utmReader(column('east'), column('north'), at.at('utm'));
  at.fault('columns: longitude and latitude; or column; or east, north and utm');
  return nowhere;
}

function degreesReader(longitude: Getter, latitude: Getter): PositionReader {
  return (payload) => {
    const [x, y] = [longitude(payload), latitude(payload)];
    if (isNothing(x) || isNothing(y)) return halfOf({ longitude: x, latitude: y });
    const [east, north] = [parseDegrees(x), parseDegrees(y)];
    if (!east || !north) return refused('range', `point: ${found(east ? y : x)} is no coordinate in degrees`);
    if (east.axis === 'latitude' || north.axis === 'longitude') {
      return refused('range', `point: longitude ${found(x)}, latitude ${found(y)}: they look swapped`);
    }
    return [east.value, north.value];
  };
}

function pairReader(get: Getter, orderAt: Cursor): PositionReader {
  const first: Axis = orderAt.oneOf(['latitude', 'longitude'] as const, 'latitude');
  return (payload) => {
    const text = get(payload);
    if (isNothing(text)) return undefined;
    return parsePair(text, first) ?? refused('range', `point: ${found(text)} is no pair of coordinates`);
  };
}

function utmReader(east: Getter, north: Getter, zoneAt: Cursor): PositionReader {
  const zone = parseUtmZone(zoneAt.text());
  if (!zone) zoneAt.fault('a zone of UTM with its hemisphere, such as 42N');
  return (payload) => {
    const [x, y] = [east(payload), north(payload)];
    if (!zone) return undefined;
    if (isNothing(x) || isNothing(y)) return halfOf({ east: x, north: y });
    const position = utmToDegrees(textNumber(x) ?? Number.NaN, textNumber(y) ?? Number.NaN, zone);
    return position ?? refused('range', `point: ${found(x)}, ${found(y)} are no metres of the UTM zone`);
  };
}

/** What is there of a place that is not whole; undefined when nothing is. */
function halfOf(parts: Readonly<Record<string, unknown>>): Half | undefined {
  const [name, value] = Object.entries(parts).find(([, part]) => !isNothing(part)) ?? [];
  const other = Object.keys(parts).find((part) => part !== name);
  return name === undefined ? undefined : { half: `point: ${name} ${found(value)} without ${other ?? ''}` };
}

const found = (value: unknown): string => JSON.stringify(value)?.slice(0, 40) ?? 'nothing';
