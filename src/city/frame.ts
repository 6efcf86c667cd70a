/** Where a city lies when it has no file of districts: a centre and a box, with the source of both. */
import { isObject } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import { parseFactSource } from './facts.ts';
import { parsePosition } from './geojson.ts';
import type { Box } from './geometry.ts';
import { frameKinds, type Frame, type Position } from './profile.ts';
import { keysOnly, oneOf } from './words.ts';

/** @throws Problem bad-data */
export function parseCenter(value: unknown, at: string, zoneHours: number): Position {
  if (value === undefined) {
    throw new Problem('bad-data', 'expected a centre and a box, since the profile names no file of districts', at);
  }
  return parsePosition(value, at, zoneHours);
}

/** West, south, east, north. @throws Problem bad-data */
export function parseBox(value: unknown, at: string, center: Position, zoneHours: number): Box {
  if (!Array.isArray(value) || value.length !== 4) {
    throw new Problem('bad-data', 'expected a box [west, south, east, north]', at);
  }
  const [west, south] = parsePosition(value.slice(0, 2), at, zoneHours);
  const [east, north] = parsePosition(value.slice(2), at, zoneHours);
  if (west >= east || south >= north) {
    throw new Problem('bad-data', 'the box is turned over: expected [west, south, east, north]', at);
  }
  const [long, lat] = center;
  if (long < west || long > east || lat < south || lat > north) {
    throw new Problem('bad-data', 'the centre lies outside the box', at);
  }
  return [west, south, east, north];
}

/** @throws Problem bad-data */
export function parseFrame(value: unknown, at: string): Frame {
  if (!isObject(value)) throw new Problem('bad-data', 'expected { kind, sources }', at);
  keysOnly(value, ['kind', 'sources'], `${at}.`);
  const sources = value['sources'];
  if (!Array.isArray(sources) || sources.length === 0) {
    throw new Problem('bad-data', 'expected at least one source', `${at}.sources`);
  }
  return {
    kind: oneOf(value['kind'], frameKinds, `${at}.kind`),
    sources: sources.map((source, i) => parseFactSource(source, `${at}.sources[${i}]`)),
  };
}
