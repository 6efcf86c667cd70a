/** The temporal query language and aggregation. CIM 009 v1.9.1, 4.11, 4.5.19. */
import { Problem } from '../base/problem.ts';
import { addDuration, formatInstant, parseDuration, parseInstant } from '../base/time.ts';
import { aggregateMethods } from './query.ts';
import type { AggregateMethod, Aggregation, Period, TemporalNode, TimeProperty } from './query.ts';

export const timeProperties = ['observedAt', 'createdAt', 'modifiedAt', 'deletedAt'] as const satisfies TimeProperty[];

/** As in a query string or in the member `temporalQ` of a body; absent = not given. */
export type TemporalParameters = {
  readonly timerel?: string | undefined;
  readonly timeAt?: string | undefined;
  readonly endTimeAt?: string | undefined;
  readonly timeproperty?: string | undefined;
  readonly lastN?: string | number | undefined;
};

export type TemporalPart = {
  readonly time?: TemporalNode;
  readonly timeproperty: TimeProperty;
  readonly lastN?: number;
};

/**
 * @returns `time` is absent when no timerel is given; whether one is needed is the operation's to say
 * @throws Problem bad-data; its field is the parameter
 */
export function parseTemporal(parameters: TemporalParameters): TemporalPart {
  const { timerel, timeAt, endTimeAt, timeproperty = 'observedAt', lastN } = parameters;
  const property = timeProperties.find((known) => known === timeproperty);
  if (!property) {
    throw new Problem('bad-data', `timeproperty must be one of ${timeProperties.join(', ')}`, 'timeproperty');
  }
  const part: { timeproperty: TimeProperty; time?: TemporalNode; lastN?: number } = { timeproperty: property };
  if (lastN !== undefined) part.lastN = positive(lastN, 'lastN');
  if (timerel === undefined) {
    if (timeAt !== undefined || endTimeAt !== undefined) {
      throw new Problem('bad-data', 'timeAt and endTimeAt need timerel', 'timerel');
    }
    return part;
  }
  if (timerel !== 'before' && timerel !== 'after' && timerel !== 'between') {
    throw new Problem('bad-data', 'timerel must be before, after or between', 'timerel');
  }
  const start = instant(timeAt, 'timeAt');
  if (timerel !== 'between') {
    if (endTimeAt !== undefined) throw new Problem('bad-data', `${timerel} has no endTimeAt`, 'endTimeAt');
    return { ...part, time: { timerel, timeAt: start } };
  }
  const end = instant(endTimeAt, 'endTimeAt');
  if (end < start) throw new Problem('bad-data', 'endTimeAt is before timeAt', 'endTimeAt');
  return { ...part, time: { timerel, timeAt: start, endTimeAt: end } };
}

function instant(text: string | undefined, field: string): number {
  const at = typeof text === 'string' ? parseInstant(text) : undefined;
  if (at === undefined) throw new Problem('bad-data', 'a DateTime like 2026-03-01T05:00:00Z is expected', field);
  return at;
}

function positive(raw: string | number, field: string): number {
  const value = typeof raw === 'number' ? raw : /^\d{1,9}$/.test(raw) ? Number(raw) : Number.NaN;
  if (!Number.isInteger(value) || value < 1) throw new Problem('bad-data', `${field} is a number from 1 on`, field);
  return value;
}

/** Writes the parameters again; `parseTemporal` gives the same part for them. */
export function printTemporal({ time, timeproperty, lastN }: TemporalPart): Record<string, string> {
  return {
    timeproperty,
    ...(time && { timerel: time.timerel, timeAt: formatInstant(time.timeAt) }),
    ...(time?.endTimeAt !== undefined && { endTimeAt: formatInstant(time.endTimeAt) }),
    ...(lastN !== undefined && { lastN: String(lastN) }),
  };
}

/** True when an instant of the time property is inside: `before` excludes, `after` includes, `between` is [start, end). */
export function evaluateTime(node: TemporalNode, at: number): boolean {
  if (node.timerel === 'before') return at < node.timeAt;
  return at >= node.timeAt && (node.endTimeAt === undefined || at < node.endTimeAt);
}

/**
 * An ISO 8601 duration as the length of a bucket.
 * @returns undefined for `PT0S`: the whole range is one bucket
 * @throws Problem bad-data
 */
export function parsePeriod(text: string, field = 'aggrPeriodDuration'): Period | undefined {
  const duration = parseDuration(text);
  if (!duration) throw new Problem('bad-data', 'an ISO 8601 duration like P1D, PT15M or P1M is expected', field);
  return duration.months === 0 && duration.ms === 0 ? undefined : duration;
}

/** End of the bucket that begins at `start`. */
export function periodEnd(start: number, period: Period): number {
  return addDuration(start, period);
}

/**
 * @param methods comma-separated `aggrMethods`
 * @throws Problem bad-data
 */
export function parseAggregation(methods: string | undefined, period: string | undefined): Aggregation {
  const names = methods === undefined || methods === '' ? [] : methods.split(',');
  if (names.length === 0) throw new Problem('bad-data', 'aggregated values need aggrMethods', 'aggrMethods');
  const known = names.map((name): AggregateMethod => {
    const method = aggregateMethods.find((method) => method === name);
    if (!method) {
      throw new Problem('bad-data', `aggrMethods are ${aggregateMethods.join(', ')}`, 'aggrMethods');
    }
    return method;
  });
  const parsed = period === undefined ? undefined : parsePeriod(period);
  return { methods: [...new Set(known)], ...(parsed && { period: parsed }) };
}
