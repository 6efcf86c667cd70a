/** District metered areas over a period: what flows in, what flows at night, and what of that is lost by the assumptions. */
import type { City } from '../../ui/index.ts';
import { startOfDay } from '../../ui/index.ts';
import { between, dayMs, hourMs, type Period } from '../period.ts';
import {
  assetsOf,
  bucketsOf,
  dayIndex,
  newest,
  numberOf,
  seriesAt,
  type Asset,
  type Bucket,
  type Reads,
} from '../series.ts';
import { meanOf, median, stepOf, sum, theilSen } from '../statistics.ts';
import { assumptionsOf } from './assumptions.ts';
import {
  counted,
  inflowOf,
  lossOf,
  middleOf,
  minimumNightFlow,
  nightDayFactor,
  quarterMs,
  type Assumptions,
} from './nightFlow.ts';

export type WaterDay = {
  /** Midnight, ms. */
  readonly day: number;
  /** Hours with a flow. */
  readonly hours: number;
  /** m³; undefined: fewer than 18 hours. */
  readonly inflow?: number;
  /** m³/h; undefined: an hour of the night says nothing. */
  readonly nightFlow?: number;
  /** m³; undefined: no flow at night, or the residents are not known. */
  readonly loss?: number;
};

export type WaterArea = {
  readonly asset: Asset;
  readonly residents?: number;
  readonly connections?: number;
  readonly days: readonly WaterDay[];
  /** Nights of the period with a number. */
  readonly nights: number;
  /** Middle of the nights, m³/h. */
  readonly nightFlow?: number;
  /** Legitimate use at night, m³/h. */
  readonly use?: number;
  readonly factor: { readonly value: number; readonly from: 'given' | 'pressure' | 'assumed' };
  /** Mean of the days that have one, m³ a day. */
  readonly inflow?: number;
  /** Mean of the nights, m³ a day. */
  readonly loss?: number;
  /** Litres a day. */
  readonly lossPerConnection?: number;
  readonly lossPerResident?: number;
  /** Change of the flow at night in 30 days, m³/h, over the last 30 and 90 nights; absent: fewer than 20 of 30, 60 of 90 nights. */
  readonly trend30?: number;
  readonly trend90?: number;
  /** Where the level of the last 90 nights changed. `day`: the first night after it. */
  readonly step?: { readonly day: number; readonly before: number; readonly after: number };
  /** The counter against the flow of the same time: 0.02 is two per cent more. */
  readonly counterDiffers?: number;
  /** m³ a day by consumption meters of its district, and how many they are. */
  readonly consumption?: { readonly perDay: number; readonly meters: number };
};

export type WaterView = {
  readonly period: Period;
  readonly assumptions: Assumptions;
  readonly areas: readonly WaterArea[];
  /** Over the areas that have one of both. */
  readonly total: {
    readonly inflow?: number;
    readonly loss?: number;
    readonly areasInflow: number;
    readonly areasLoss: number;
  };
  readonly simulated: boolean;
};

/** Nights that trends and steps look at. */
const trendDays = 90;

export async function waterView(reads: Reads, city: City, period: Period, query: URLSearchParams): Promise<WaterView> {
  const assumptions = assumptionsOf(query);
  const { timeZone } = city;
  const assets = await assetsOf(reads, 'DistrictMeteredArea', city);
  const last = period.days.at(-1) ?? period.from;
  const first = Math.min(period.from, startOfDay(last, timeZone, 1 - trendDays));
  const whole = between(first, last, period.to, timeZone);
  const ids = assets.map(({ id }) => id);
  const [flows, others, consumption] = await Promise.all([
    bucketsOf(reads, { ids, names: ['flow'], from: whole.from, to: whole.to, stepMs: quarterMs, meansOnly: true }),
    bucketsOf(reads, { ids, names: ['pressure', 'volume'], from: period.from, to: period.to }),
    consumptionOf(reads, city, period),
  ]);
  const areas = assets.map((asset) =>
    areaOf({
      asset,
      period,
      whole,
      assumptions,
      flow: seriesAt(flows, asset.id, 'flow'),
      pressure: seriesAt(others, asset.id, 'pressure'),
      volume: seriesAt(others, asset.id, 'volume'),
      consumption: asset.district === undefined ? undefined : consumption.get(asset.district),
    }),
  );
  const [inflows, losses] = [known(areas.map(({ inflow }) => inflow)), known(areas.map(({ loss }) => loss))];
  return {
    period,
    assumptions,
    areas,
    total: {
      ...(inflows.length > 0 && { inflow: sum(inflows) }),
      ...(losses.length > 0 && { loss: sum(losses) }),
      areasInflow: inflows.length,
      areasLoss: losses.length,
    },
    simulated: assets.some(({ simulated }) => simulated),
  };
}

const known = (values: readonly (number | undefined)[]): readonly number[] =>
  values.filter((value) => value !== undefined);

/** Hourly means by day and hour. */
function hoursByDay(buckets: readonly Bucket[], { days }: Period): readonly (readonly (number | undefined)[])[] {
  const sums = days.map((day, n) => {
    const length = Math.round(((days[n + 1] ?? day + dayMs) - day) / hourMs);
    return Array.from({ length }, () => ({ sum: 0, count: 0 }));
  });
  for (const { at, mean } of buckets) {
    const n = dayIndex(days, at);
    const hour = sums[n]?.[Math.floor((at - (days[n] ?? 0)) / hourMs)];
    if (!hour) continue;
    hour.sum += mean;
    hour.count++;
  }
  return sums.map((hours) => hours.map(({ sum: all, count }) => (count === 0 ? undefined : all / count)));
}

/** The flow at night of each day. */
function nightsOf(
  flow: readonly Bucket[],
  { days }: Period,
  { nightFrom, nightTo }: Assumptions,
): readonly (number | undefined)[] {
  const inWindow: Bucket[][] = days.map(() => []);
  const window = (n: number): readonly [number, number] => {
    const day = days[n] ?? 0;
    return [day + nightFrom * hourMs, day + nightTo * hourMs];
  };
  for (const bucket of flow) {
    const n = dayIndex(days, bucket.at);
    const [from, to] = window(n);
    if (bucket.at >= from && bucket.at < to) inWindow[n]?.push(bucket);
  }
  return inWindow.map((night, n) => minimumNightFlow(night, ...window(n))?.flow);
}

function areaOf(given: {
  readonly asset: Asset;
  readonly period: Period;
  readonly whole: Period;
  readonly assumptions: Assumptions;
  readonly flow: readonly Bucket[];
  readonly pressure: readonly Bucket[];
  readonly volume: readonly Bucket[];
  readonly consumption: WaterArea['consumption'] | undefined;
}): WaterArea {
  const { asset, period, whole, assumptions, flow, pressure, volume, consumption } = given;
  const { use: usePerResident, nightFrom, nightTo } = assumptions;
  const residents = numberOf(asset.entity, 'residents');
  const connections = numberOf(asset.entity, 'connections');
  const use = residents === undefined ? undefined : (residents * usePerResident) / 1000;
  const allNights = nightsOf(flow, whole, assumptions);
  const hours = hoursByDay(flow, whole);
  const factor = factorOf(hoursByDay(pressure, period), assumptions, nightFrom, nightTo);
  const offset = whole.days.length - period.days.length;
  const days = period.days.map((day, n): WaterDay => {
    const [ofDay, nightFlow] = [hours[n + offset] ?? [], allNights[n + offset]];
    const inflow = inflowOf(ofDay);
    return {
      day,
      hours: known(ofDay).length,
      ...(inflow !== undefined && { inflow }),
      ...(nightFlow !== undefined && { nightFlow }),
      ...(nightFlow !== undefined && use !== undefined && { loss: lossOf(nightFlow, use, factor.value) }),
    };
  });
  const [nights, inflows, losses] = [
    known(days.map((day) => day.nightFlow)),
    known(days.map((day) => day.inflow)),
    known(days.map((day) => day.loss)),
  ];
  const loss = losses.length === 0 ? undefined : meanOf(losses);
  const differs = counterDiffers(volume, flow);
  const step = stepIn(allNights, whole);
  const [trend30, trend90] = [trendOf(allNights, 30, 20), trendOf(allNights, trendDays, 60)];
  return {
    asset,
    ...(residents !== undefined && { residents }),
    ...(connections !== undefined && { connections }),
    days,
    nights: nights.length,
    ...(nights.length > 0 && { nightFlow: median(nights) }),
    ...(use !== undefined && { use }),
    factor,
    ...(inflows.length > 0 && { inflow: meanOf(inflows) }),
    ...(loss !== undefined && {
      loss,
      ...(connections !== undefined && connections > 0 && { lossPerConnection: (1000 * loss) / connections }),
      ...(residents !== undefined && residents > 0 && { lossPerResident: (1000 * loss) / residents }),
    }),
    ...(trend30 !== undefined && { trend30 }),
    ...(trend90 !== undefined && { trend90 }),
    ...(step && { step }),
    ...(differs !== undefined && { counterDiffers: differs }),
    ...(consumption && { consumption }),
  };
}

function factorOf(
  pressure: readonly (readonly (number | undefined)[])[],
  { factor, exponent }: Assumptions,
  nightFrom: number,
  nightTo: number,
): WaterArea['factor'] {
  if (factor !== undefined) return { value: factor, from: 'given' };
  const value = middleOf(
    pressure.map((hours) => {
      const atNight = known(hours.slice(nightFrom, nightTo));
      return atNight.length === 0 ? undefined : nightDayFactor(hours, meanOf(atNight), exponent);
    }),
  );
  return value === undefined ? { value: 24, from: 'assumed' } : { value, from: 'pressure' };
}

/** The slope of the last `count` nights in 30 days, when at least `least` of them have a number. */
function trendOf(nights: readonly (number | undefined)[], count: number, least: number): number | undefined {
  const points = nights.slice(-count).flatMap((flow, n) => (flow === undefined ? [] : [[n, flow] as const]));
  const line = points.length >= least ? theilSen(points) : undefined;
  return line && 30 * line.slope;
}

function stepIn(nights: readonly (number | undefined)[], { days }: Period): WaterArea['step'] {
  const there = nights
    .flatMap((flow, n) => (flow === undefined ? [] : [{ flow, day: days[n] ?? 0 }]))
    .slice(-trendDays);
  const step = stepOf(there.map(({ flow }) => flow));
  return step && { day: there[step.index]?.day ?? 0, before: step.before, after: step.after };
}

/** @returns undefined where the counter ran backwards, or a tenth of the hours between has no flow */
function counterDiffers(volume: readonly Bucket[], flow: readonly Bucket[]): number | undefined {
  const counter = counted(volume);
  if (!counter) return undefined;
  const hours = new Map<number, number[]>();
  for (const { at, mean } of flow) {
    if (at < counter.from || at >= counter.to) continue;
    const hour = Math.floor((at - counter.from) / hourMs);
    const values = hours.get(hour);
    if (values) values.push(mean);
    else hours.set(hour, [mean]);
  }
  const span = (counter.to - counter.from) / hourMs;
  if (hours.size < 0.9 * span || span < 24) return undefined;
  const byFlow = meanOf([...hours.values()].map(meanOf)) * span;
  return byFlow === 0 ? undefined : counter.volume / byFlow - 1;
}

/** m³ in a unit of a counter. */
const cubicMetres: Readonly<Record<string, number>> = { MTQ: 1, LTR: 0.001 };

/** By district: what counters of consumption (WaterConsumptionObserved, never of a household) counted between their first and last day. */
async function consumptionOf(
  reads: Reads,
  city: City,
  { from, to }: Period,
): Promise<ReadonlyMap<string, NonNullable<WaterArea['consumption']>>> {
  const meters = await assetsOf(reads, 'WaterConsumptionObserved', city);
  const found = await bucketsOf(reads, {
    ids: meters.map(({ id }) => id),
    names: ['waterConsumption'],
    from,
    to,
    stepMs: dayMs,
  });
  const byDistrict = new Map<string, { perDay: number; meters: number }>();
  for (const { id, entity, district } of meters) {
    const unit = cubicMetres[newest(entity, 'waterConsumption')?.unitCode ?? ''];
    const counter = counted(seriesAt(found, id, 'waterConsumption'));
    if (district === undefined || unit === undefined || !counter) continue;
    const perDay = (counter.volume * unit * dayMs) / (counter.to - counter.from);
    const before = byDistrict.get(district) ?? { perDay: 0, meters: 0 };
    byDistrict.set(district, { perDay: before.perDay + perDay, meters: before.meters + 1 });
  }
  return byDistrict;
}
