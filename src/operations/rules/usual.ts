/**
 * What is usual for an entity at an hour: the median of the means of the same hour in earlier weeks, and how far from it
 * they lie (MAD: the median of the distances). Read from history a day at a time and remembered for that day, so that no
 * reading asks history. The days that are compared with end before the day of the reading begins.
 */
import type { Broker } from '../../broker/index.ts';
import type { City } from '../../city/index.ts';
import type { Principal } from '../../http/index.ts';
import { localTime, startOfDay } from '../../ui/index.ts';
import type { Usual, When } from './schema.ts';

/** In the unit of the attribute. */
export type Reference = { readonly centre: number; readonly spread: number };

export type UsualBook = {
  /** Resolves when `of` knows these readings: entity and ms. What is known already is not read again. */
  load(readings: Iterable<readonly [entity: string, at: number]>): Promise<void>;
  /** Undefined: too few of the earlier weeks have a reading in that hour, or it is a holiday that the rule skips. */
  of(entity: string, at: number): Reference | undefined;
  /** Forgets all days of each entity but its newest. */
  trim(): void;
};

export const defaultWeeks = 8;
export const defaultAtLeast = 4;

const hourMs = 3_600_000;
/** A day on which the clocks are set back has one more. */
const hoursMax = 25;
const entitiesAtOnce = 2_500;
const bucketsAtOnce = 200_000;
const sunday = 6;

export type UsualDeps = {
  readonly broker: Pick<Broker, 'aggregate'>;
  readonly who: Principal;
  readonly city: Pick<City, 'timeZone' | 'holidays'>;
  /** IRI. */
  readonly attribute: string;
};

export function usualBook(when: Usual, deps: UsualDeps): UsualBook {
  const { city } = deps;
  const { timeZone } = city;
  const atLeast = when.atLeast ?? Math.min(defaultAtLeast, when.weeks ?? defaultWeeks);
  /** By entity and beginning of the day: the centre of each hour, then its spread; NaN where nothing can be said. */
  const pages = new Map<string, Map<number, Float64Array>>();
  const daysBefore = comparedDays(when, city);
  // Readings come in order of their time: the day of one is mostly that of the last.
  let day = { from: 0, to: 0 };
  const dayOf = (at: number): number => {
    if (at < day.from || at >= day.to) day = { from: startOfDay(at, timeZone), to: startOfDay(at, timeZone, 1) };
    return day.from;
  };
  const read = async (entities: readonly string[], days: readonly number[]): Promise<void> => {
    const compared = new Map(days.map((one) => [one, daysBefore(one)]));
    const means = await readMeans(deps, entities, joined([...compared.values()].flat()));
    for (const entity of entities) {
      const known = pages.get(entity) ?? new Map<number, Float64Array>();
      pages.set(entity, known);
      for (const [one, before] of compared)
        known.set(
          one,
          pageOf(before, (at) => means(entity, at), atLeast),
        );
    }
  };
  return {
    async load(readings) {
      const wanted = new Map<string, Set<number>>();
      for (const [entity, at] of readings) {
        const one = dayOf(at);
        if (pages.get(entity)?.has(one) === true) continue;
        const days = wanted.get(entity);
        if (days) days.add(one);
        else wanted.set(entity, new Set([one]));
      }
      // Whoever wants the same days is asked for together.
      const groups = new Map<string, { days: readonly number[]; entities: string[] }>();
      for (const [entity, days] of wanted) {
        const key = [...days].join(' ');
        const group = groups.get(key);
        if (group) group.entities.push(entity);
        else groups.set(key, { days: [...days], entities: [entity] });
      }
      for (const { days, entities } of groups.values())
        for (let n = 0; n < entities.length; n += entitiesAtOnce)
          await read(entities.slice(n, n + entitiesAtOnce), days);
    },
    of(entity, at) {
      const from = dayOf(at);
      const page = pages.get(entity)?.get(from);
      const hour = Math.floor((at - from) / hourMs);
      const [centre = Number.NaN, spread = Number.NaN] = [page?.[hour], page?.[hoursMax + hour]];
      return Number.isNaN(centre) ? undefined : { centre, spread };
    },
    trim() {
      for (const [entity, days] of pages) {
        if (days.size < 2) continue;
        const newest = Math.max(...days.keys());
        const page = days.get(newest);
        if (page) pages.set(entity, new Map([[newest, page]]));
      }
    },
  };
}

/** The book of a rule that needs one. */
export const bookOf = (when: When, deps: UsualDeps): UsualBook | undefined =>
  when.kind === 'usual' ? usualBook(when, deps) : undefined;

/** Beginnings of the days with which a day is compared, by the calendar of the city. */
function comparedDays(
  { weeks = defaultWeeks, holidays = 'sundays' }: Usual,
  { timeZone, holidays: given }: Pick<City, 'timeZone' | 'holidays'>,
): (day: number) => readonly number[] {
  const dates = new Set(given.map(({ date }) => date));
  const isHoliday = (at: number): boolean => {
    const { year, month, day } = localTime(at, timeZone);
    const date = `${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
    return dates.has(date) || dates.has(`${year}-${date}`);
  };
  const nth = Array.from({ length: weeks }, (_, n) => n);
  return (day) => {
    if (!isHoliday(day))
      return nth.map((n) => startOfDay(day, timeZone, -7 * (n + 1))).filter((before) => !isHoliday(before));
    if (holidays === 'skip') return [];
    const { weekday } = localTime(day, timeZone);
    const sinceSunday = weekday === sunday ? 7 : weekday + 1;
    return nth.map((n) => startOfDay(day, timeZone, -7 * n - sinceSunday));
  };
}

type Span = { readonly from: number; readonly to: number };

/** Days that follow each other are read at once. */
function joined(days: readonly number[]): readonly Span[] {
  const spans: { from: number; to: number }[] = [];
  for (const from of [...new Set(days)].toSorted((a, b) => a - b)) {
    const last = spans.at(-1);
    const to = from + hoursMax * hourMs;
    if (last && from <= last.to) last.to = to;
    else spans.push({ from, to });
  }
  return spans;
}

/** The mean of an entity's readings in the hour that begins at an instant; undefined: none. */
async function readMeans(
  { broker, who, attribute }: UsualDeps,
  entities: readonly string[],
  spans: readonly Span[],
): Promise<(entity: string, at: number) => number | undefined> {
  const read = spans.map((span) => ({ ...span, means: new Map<string, Float64Array>() }));
  for (const { from, to, means } of read) {
    const hours = Math.ceil((to - from) / hourMs);
    for (let next: number | undefined = from; next !== undefined;) {
      const begin: number = next;
      next = undefined;
      const page = await broker.aggregate(
        who,
        0,
        entities,
        {
          time: { timerel: 'between', timeAt: begin, endTimeAt: to },
          timeproperty: 'observedAt',
          attrs: [attribute],
        },
        { methods: ['avg'], period: { months: 0, ms: hourMs } },
        { limit: bucketsAtOnce },
      );
      let last = begin;
      for (const { id, attrs } of page.entities) {
        const buckets = attrs.find(({ datasetId }) => datasetId === undefined)?.methods.avg ?? [];
        const into = means.get(id) ?? new Float64Array(hours).fill(Number.NaN);
        means.set(id, into);
        for (const [mean, start] of buckets) {
          last = Math.max(last, start);
          // Sums are made in any order: their last digits are not the same each time.
          if (typeof mean === 'number') into[Math.round((start - from) / hourMs)] = Number(mean.toPrecision(12));
        }
      }
      if (page.truncated) next = last + hourMs;
    }
  }
  return (entity, at) => {
    const span = read.find(({ from, to }) => at >= from && at < to);
    const mean = span?.means.get(entity)?.[Math.floor((at - span.from) / hourMs)];
    return mean === undefined || Number.isNaN(mean) ? undefined : mean;
  };
}

function pageOf(days: readonly number[], meanAt: (at: number) => number | undefined, atLeast: number): Float64Array {
  const page = new Float64Array(2 * hoursMax).fill(Number.NaN);
  for (let hour = 0; hour < hoursMax; hour++) {
    const means = days.map((from) => meanAt(from + hour * hourMs)).filter((mean) => mean !== undefined);
    if (means.length === 0 || means.length < atLeast) continue;
    const centre = medianOf(means);
    page[hour] = centre;
    page[hoursMax + hour] = medianOf(means.map((mean) => Math.abs(mean - centre)));
  }
  return page;
}

function medianOf(values: readonly number[]): number {
  const ordered = values.toSorted((a, b) => a - b);
  const middle = ordered.length / 2;
  const [low = Number.NaN, high = low] = [ordered[Math.ceil(middle) - 1], ordered[Math.floor(middle)]];
  return (low + high) / 2;
}
