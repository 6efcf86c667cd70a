/** Groups of street lights over a period: energy of the nights against a baseline, and lamps out of contact. */
import { Problem } from '../../base/problem.ts';
import { coreContext, parseQ, type QNode } from '../../ngsild/index.ts';
import { startOfDay, type City } from '../../ui/index.ts';
import { between, dateOf, dayMs, hourMs, periodOf, type Period } from '../period.ts';
import {
  assetOf,
  assetsOf,
  bucketsOf,
  dayIndex,
  numberOf,
  seriesAt,
  type Asset,
  type Bucket,
  type Reads,
} from '../series.ts';
import { sum } from '../statistics.ts';
import { expectedOf, modelOf, savingOf, together, type Model, type Night, type Saving, type Why } from './baseline.ts';
import { darkHoursOf } from './darkness.ts';

export type LightGroup = {
  readonly asset: Asset;
  readonly lamps?: number;
  readonly model: Model | Why;
  readonly saving: Saving | Why;
};

export type LightArea = {
  /** Id of a district; absent: groups that stand in none. */
  readonly district?: string;
  readonly groups: number;
  readonly lamps: number;
  /** Over the groups of which it can be said; absent: of none. */
  readonly saving?: Saving;
  /** How many those are. */
  readonly of: number;
  /** What the feeder measured of the same nights, against the groups together: 0.02 is two per cent more. */
  readonly feederDiffers?: number;
};

/** kWh of the groups that have a baseline. `at`: midnight of the day on which the night ended, or of a month's first day. */
export type LightSum = {
  readonly at: number;
  readonly actual: number;
  readonly expected: number;
  readonly nights: number;
};

export type LightingView = {
  readonly period: Period;
  readonly baseline: {
    readonly first: string;
    readonly last: string;
    readonly nights: number;
    readonly given: boolean;
  };
  readonly groups: readonly LightGroup[];
  readonly districts: readonly LightArea[];
  readonly whole: LightArea;
  readonly days: readonly LightSum[];
  readonly months: readonly LightSum[];
  readonly out: {
    readonly groups: readonly { readonly asset: Asset; readonly lamps: number }[];
    /** Single lamps that failed or say nothing, at most `lampsMax`. */
    readonly lamps: readonly Asset[];
    readonly count: number;
  };
  readonly simulated: boolean;
};

/** The oldest nights on record that make the baseline when none is named. */
const oldestNights = 180;
const lampsMax = 100;
/** The core @context has a term `status` of its own; sources write the one or the other. */
const statusIris = [coreContext.expand('status'), 'https://uri.etsi.org/ngsi-ld/default-context/status'];
/** A lamp that has said nothing for so long is out of contact. */
const silentMs = 6 * hourMs;

export async function lightingView(
  reads: Reads,
  city: City,
  period: Period,
  query: URLSearchParams,
): Promise<LightingView> {
  const { timeZone } = city;
  const district = query.get('district') ?? undefined;
  if (district !== undefined && !city.districts.some(({ id }) => id === district))
    throw new Problem('bad-data', 'this city has no such district', 'district');
  const given = baselineOf(query, period, timeZone);
  const first = given?.from ?? startOfDay(period.from, timeZone, -365);
  const record = between(Math.min(first, period.from), period.days.at(-1) ?? period.from, period.to, timeZone);
  const isHere = (asset: Asset): boolean => district === undefined || asset.district === district;
  const [groups, feeders, out] = await Promise.all([
    assetsOf(reads, 'StreetlightGroup', city),
    assetsOf(reads, 'StreetlightFeeder', city),
    lampsOut(reads, city, district, period.to),
  ]);
  const [mine, lines] = [groups.filter(isHere), feeders.filter(isHere)];
  const found = await bucketsOf(reads, {
    ids: [...mine, ...lines].map(({ id }) => id),
    names: ['nightEnergy'],
    from: record.from,
    to: record.to,
    stepMs: dayMs,
    meansOnly: true,
  });
  const dark = record.days.map((day) => darkHoursOf(day, city.center));
  const nightsOf = (id: string): readonly Night[] => toNights(seriesAt(found, id, 'nightEnergy'), record, dark);
  const all = mine.map((asset) => ({ asset, nights: nightsOf(asset.id) }));
  const baseline = given ?? oldest(all, period, timeZone);
  // The night that ends today may not have been told yet.
  const asked = period.days.filter((day) => day + dayMs <= period.to).length;
  const seen = all.map(({ asset, nights }) => {
    const lamps = numberOf(asset.entity, 'lampsTotal');
    const model = modelOf(
      nights.filter(({ day }) => day >= baseline.from && day < baseline.to),
      lamps,
    );
    const reported = nights.filter(({ day }) => day >= period.from);
    return { asset, lamps, model, reported, saving: savingOf(model, reported, asked) };
  });
  const districts = [...new Set(seen.map(({ asset }) => asset.district))].map((id) =>
    areaOf(
      seen.filter(({ asset }) => asset.district === id),
      id,
      lines.filter((line) => line.district === id).map((line) => nightsOf(line.id)),
      period,
    ),
  );
  const days = sumsBy(seen, (day) => day);
  return {
    period,
    baseline: {
      first: dateOf(baseline.from, timeZone),
      last: dateOf(baseline.to - 1, timeZone),
      nights: Math.max(0, ...seen.map(({ model }) => (typeof model === 'string' ? 0 : model.line.n))),
      given: given !== undefined,
    },
    groups: seen.map(({ asset, lamps, model, saving }) => ({
      asset,
      ...(lamps !== undefined && { lamps }),
      model,
      saving,
    })),
    districts: districts.toSorted((a, b) => (a.district ?? '').localeCompare(b.district ?? '')),
    whole: areaOf(
      seen,
      undefined,
      lines.map((line) => nightsOf(line.id)),
      period,
    ),
    days,
    months: sumsBy(seen, (day) => monthOf(day, timeZone)),
    out: {
      groups: mine
        .flatMap((asset) => {
          const lamps = numberOf(asset.entity, 'lampsNotAnswering') ?? 0;
          return lamps > 0 ? [{ asset, lamps }] : [];
        })
        .sort((a, b) => b.lamps - a.lamps),
      ...out,
    },
    simulated: mine.some(({ simulated }) => simulated),
  };
}

type Span = { readonly from: number; readonly to: number };

/** @throws Problem bad-data (field `baseFrom`, `baseTo`) */
function baselineOf(query: URLSearchParams, period: Period, timeZone: string): Span | undefined {
  const [from, to] = [query.get('baseFrom') ?? '', query.get('baseTo') ?? ''];
  if (from === '' && to === '') return undefined;
  let span: Period;
  try {
    span = periodOf(new URLSearchParams({ from, to }), period.from, timeZone);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem(error.kind, error.message, error.field === 'to' ? 'baseTo' : 'baseFrom');
  }
  const end = startOfDay(span.days.at(-1) ?? span.from, timeZone, 1);
  if (end > period.from) throw new Problem('bad-data', 'the baseline ends before the period begins', 'baseTo');
  return { from: span.from, to: end };
}

/** The first nights that any group has on record, up to the period. */
function oldest(all: readonly { readonly nights: readonly Night[] }[], period: Period, timeZone: string): Span {
  const first = Math.min(...all.map(({ nights }) => nights[0]?.day ?? Infinity), period.from);
  return { from: first, to: Math.min(period.from, startOfDay(first, timeZone, oldestNights)) };
}

function toNights(buckets: readonly Bucket[], { days }: Period, dark: readonly number[]): readonly Night[] {
  return buckets.flatMap(({ at, mean }) => {
    const n = dayIndex(days, at + dayMs / 2);
    const darkHours = dark[n] ?? 0;
    return darkHours > 0 ? [{ day: days[n] ?? at, kwh: mean, darkHours }] : [];
  });
}

type Seen = {
  readonly asset: Asset;
  readonly lamps: number | undefined;
  readonly model: Model | Why;
  readonly reported: readonly Night[];
  readonly saving: Saving | Why;
};

function areaOf(
  seen: readonly Seen[],
  district: string | undefined,
  feeders: readonly (readonly Night[])[],
  period: Period,
): LightArea {
  const said = seen.flatMap(({ saving }) => (typeof saving === 'string' ? [] : [saving]));
  const saving = together(said);
  const differs = feederDiffers(seen, feeders, period);
  return {
    ...(district !== undefined && { district }),
    groups: seen.length,
    lamps: sum(seen.map(({ lamps = 0 }) => lamps)),
    ...(saving && { saving }),
    of: said.length,
    ...(differs !== undefined && { feederDiffers: differs }),
  };
}

/** Over the nights that the feeders and every group of the district have. */
function feederDiffers(
  seen: readonly Seen[],
  feeders: readonly (readonly Night[])[],
  { from }: Period,
): number | undefined {
  if (feeders.length === 0) return undefined;
  const byDay = (all: readonly (readonly Night[])[]): ReadonlyMap<number, { kwh: number; count: number }> => {
    const days = new Map<number, { kwh: number; count: number }>();
    for (const { day, kwh } of all.flat()) {
      const before = days.get(day) ?? { kwh: 0, count: 0 };
      days.set(day, { kwh: before.kwh + kwh, count: before.count + 1 });
    }
    return days;
  };
  const [lines, groups] = [byDay(feeders), byDay(seen.map(({ reported }) => reported))];
  let [byLines, byGroups] = [0, 0];
  for (const [day, line] of lines) {
    const group = groups.get(day);
    if (day < from || line.count !== feeders.length || group?.count !== seen.length) continue;
    byLines += line.kwh;
    byGroups += group.kwh;
  }
  return byGroups > 0 ? byLines / byGroups - 1 : undefined;
}

const monthOf = (day: number, timeZone: string): number => {
  const date = Number(dateOf(day, timeZone).slice(8));
  return startOfDay(day, timeZone, 1 - date);
};

/** What was used and what was expected, of the groups of which both are known, by whatever the key is. */
function sumsBy(seen: readonly Seen[], keyOf: (day: number) => number): readonly LightSum[] {
  const sums = new Map<number, { actual: number; expected: number; days: Set<number> }>();
  for (const { model, reported } of seen) {
    if (typeof model === 'string') continue;
    for (const { day, kwh, darkHours } of reported) {
      const key = keyOf(day);
      let into = sums.get(key);
      if (!into) sums.set(key, (into = { actual: 0, expected: 0, days: new Set() }));
      into.actual += kwh;
      into.expected += expectedOf(model, darkHours);
      into.days.add(day);
    }
  }
  return [...sums]
    .sort(([a], [b]) => a - b)
    .map(([at, { actual, expected, days }]) => ({ at, actual, expected, nights: days.size }));
}

/** Lamps whose status is not ok, or that have said nothing for hours. */
async function lampsOut(
  { broker, who }: Reads,
  city: City,
  district: string | undefined,
  now: number,
): Promise<{ lamps: readonly Asset[]; count: number }> {
  const before = new Date(now - silentMs).toISOString();
  const failed = statusIris.map((status) =>
    parseQ('status!="ok"', { ...coreContext, name: (word) => ({ ...coreContext.name(word), iri: status }) }),
  );
  const silent = parseQ(`powerState.observedAt<"${before}"`, coreContext);
  const out: QNode = { node: 'or', of: [...failed, silent] };
  const q: QNode =
    district === undefined ? out : { node: 'and', of: [out, parseQ(`district=="${district}"`, coreContext)] };
  const page = { limit: lampsMax, offset: 0, count: true };
  const { entities, count = entities.length } = await broker.query(
    who,
    0,
    { type: { node: 'type', iri: coreContext.expand('Streetlight') }, q },
    page,
  );
  return { lamps: entities.map((entity) => assetOf(entity, city)), count };
}
