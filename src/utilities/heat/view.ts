/** Heat substations over a period: whose water comes back too hot, against their neighbours. */
import type { City } from '../../ui/index.ts';
import { dayMs, hourMs, type Period } from '../period.ts';
import { assetsOf, bucketsOf, dayIndex, newest, seriesAt, type Asset, type Bucket, type Reads } from '../series.ts';
import { meanOf } from '../statistics.ts';
import { expectedBack, judge, relationOf, type Hour, type Judged, type Relation } from './outliers.ts';

export type HeatDay = {
  /** Midnight, ms. */
  readonly day: number;
  readonly hours: number;
  /** Means of the hours that have both, °C. */
  readonly supply: number;
  readonly back: number;
  /** What the neighbours' relation expects of that supply; absent: there is none. */
  readonly expected?: number;
  readonly hoursAbove?: number;
};

export type HeatSubstation = {
  readonly asset: Asset;
  /** Absent: too few hours, or too few neighbours. */
  readonly judged?: Judged;
  readonly hours: number;
  readonly days: readonly HeatDay[];
  /** The newest return temperature; `at` ms. */
  readonly now?: { readonly back: number; readonly at: number };
  /** First of the days above, without a day between that was not; absent: the last day was not. */
  readonly since?: number;
};

export type HeatView = {
  readonly period: Period;
  /** The worst first. */
  readonly substations: readonly HeatSubstation[];
  /** Absent: fewer than six substations with two days of hours. */
  readonly relation?: Relation;
  readonly simulated: boolean;
};

/** A day counts as above when half of its hours were. */
const halfOfDay = 0.5;

export async function heatView(reads: Reads, city: City, period: Period): Promise<HeatView> {
  const all = await assetsOf(reads, 'HeatSubstation', city);
  const found = await bucketsOf(reads, {
    ids: all.map(({ id }) => id),
    names: ['supplyTemperature', 'returnTemperature'],
    from: period.from,
    to: period.to,
    meansOnly: true,
  });
  const measured = all.map((asset) => ({
    asset,
    hours: isCelsius(asset)
      ? paired(seriesAt(found, asset.id, 'supplyTemperature'), seriesAt(found, asset.id, 'returnTemperature'))
      : [],
  }));
  const relation = relationOf(measured.map(({ hours }) => hours));
  const substations = measured.map(({ asset, hours }) => substationOf(asset, hours, relation, period));
  return {
    period,
    substations: substations.sort((a, b) => (b.judged?.excess ?? -Infinity) - (a.judged?.excess ?? -Infinity)),
    ...(relation && { relation }),
    simulated: all.some(({ simulated }) => simulated),
  };
}

const isCelsius = ({ entity }: Asset): boolean =>
  ['supplyTemperature', 'returnTemperature'].every((name) => newest(entity, name)?.unitCode === 'CEL');

/** Hours that have both; a supply below 25 °C is a substation that stands still. */
function paired(supplies: readonly Bucket[], backs: readonly Bucket[]): readonly Hour[] {
  const byHour = new Map(backs.map(({ at, mean }) => [at, mean]));
  return supplies.flatMap(({ at, mean }): Hour[] => {
    const back = byHour.get(at);
    return back === undefined || mean < 25 ? [] : [{ at, supply: mean, back }];
  });
}

function substationOf(
  asset: Asset,
  hours: readonly Hour[],
  relation: Relation | undefined,
  { days, to }: Period,
): HeatSubstation {
  const judged = relation && judge(hours, relation);
  const byDay = new Map<number, Hour[]>();
  for (const hour of hours) {
    const day = days[dayIndex(days, hour.at)] ?? 0;
    const known = byDay.get(day);
    if (known) known.push(hour);
    else byDay.set(day, [hour]);
  }
  const told = [...byDay].map(([day, ofDay]) => heatDay(day, ofDay, relation));
  const instance = newest(asset.entity, 'returnTemperature');
  const at = instance?.observedAt === undefined ? Number.NaN : Date.parse(instance.observedAt);
  const since = sinceOf(told);
  return {
    asset,
    hours: hours.length,
    days: told,
    ...(judged && { judged }),
    ...(typeof instance?.value === 'number' && to - at < dayMs + hourMs && { now: { back: instance.value, at } }),
    ...(since !== undefined && { since }),
  };
}

function heatDay(day: number, hours: readonly Hour[], relation: Relation | undefined): HeatDay {
  return {
    day,
    hours: hours.length,
    supply: meanOf(hours.map(({ supply }) => supply)),
    back: meanOf(hours.map(({ back }) => back)),
    ...(relation && {
      expected: meanOf(hours.map(({ supply }) => expectedBack(relation, supply))),
      hoursAbove: hours.filter(({ supply, back }) => back - expectedBack(relation, supply) > relation.limit).length,
    }),
  };
}

function sinceOf(days: readonly HeatDay[]): number | undefined {
  let since: number | undefined;
  for (const { day, hours, hoursAbove = 0 } of days.toReversed()) {
    if (hoursAbove < halfOfDay * hours) break;
    since = day;
  }
  return since;
}
