/** Air as files and JSON have it, and in one line. */
import { csvNotes, rounded, type CsvTable } from '../csv.ts';
import { dateOf, hourMs } from '../period.ts';
import { nameOf } from '../series.ts';
import { utilityWords } from '../pages/messages/index.ts';
import type { Now, Shown } from '../view.ts';
import { dayLimit, lastDay, type AirSeries, type AirView, type Compared } from './view.ts';
import type { Pollutant } from './units.ts';

export const pollutantNames: Readonly<Record<Pollutant, string>> = {
  pm25: 'PM2.5',
  pm10: 'PM10',
  no2: 'NO₂',
  o3: 'O₃',
  so2: 'SO₂',
  co: 'CO',
};

type Worst = { readonly series: AirSeries; readonly above: number; readonly of: number; readonly level: number };

/** The series that was above the WHO level of a day on the largest share of its days. */
export function worstOf({ series }: AirView): Worst | undefined {
  const all = series.flatMap((one): Worst[] => {
    const { count, limit } = dayLimit(one.who) ?? {};
    return count && count.of > 0 && limit ? [{ series: one, ...count, level: limit.level }] : [];
  });
  return all.sort((a, b) => b.above / b.of - a.above / a.of)[0];
}

const methodNotes: readonly string[] = [
  'Concentrations in µg/m³. Values in mg/m³ are multiplied by 1000; gases in ppb by M / 24.06 L (20 °C, 101.3 kPa); values without a unit are not used.',
  'Hourly means of what arrived. A day has a mean when 75 % of its hours (18 of 24) have one; otherwise it is empty.',
  'A day or hour is above a limit when its mean, rounded to whole µg/m³, is more than the limit.',
];

export function airTable(view: AirView, name: string, { city, language }: Shown): CsvTable {
  const notes = csvNotes(view, city, [...methodNotes, ...sourceNotes(view)]);
  return name === 'days' ? daysTable(view, notes, city.timeZone, language) : stationsTable(view, notes, language);
}

const sourceNotes = ({ limits: { who, national } }: AirView): readonly string[] => [
  `Limits of the WHO: ${who.source?.title ?? ''} (${who.source?.url ?? ''}).`,
  national.source
    ? `National limits, not verified: ${national.source.title} (${national.source.url}).`
    : `National limits (${national.of}): not known.`,
];

function stationsTable({ series }: AirView, notes: readonly string[], language: string): CsvTable {
  return {
    notes,
    head: [
      'station',
      'name',
      'pollutant',
      'now_ugm3',
      'mean_ugm3',
      'data_capture_percent',
      'limits_of',
      'averaging',
      'level_ugm3',
      'above',
      'of_with_enough_data',
      'hours_above_level',
      'simulated',
    ],
    rows: series.flatMap((one) =>
      [
        ...one.who.map((compared) => ['WHO', compared] as const),
        ...one.national.map((c) => ['national', c] as const),
      ].map(([whose, { limit, count, hoursAbove, meanAbove }]) => [
        one.asset.id,
        nameOf(one.asset.entity, language),
        one.pollutant,
        rounded(one.now?.value, 1),
        rounded(one.mean, 1),
        rounded(one.capture * 100, 1),
        whose,
        limit.averaging,
        limit.level,
        count?.above ?? (meanAbove === undefined ? undefined : Number(meanAbove)),
        count?.of ?? (meanAbove === undefined ? undefined : 1),
        hoursAbove,
        String(one.asset.simulated),
      ]),
    ),
  };
}

function daysTable({ series }: AirView, notes: readonly string[], timeZone: string, language: string): CsvTable {
  return {
    notes,
    head: [
      'station',
      'name',
      'pollutant',
      'day',
      'hours_with_data',
      'mean_ugm3',
      'highest_hour_ugm3',
      'highest_8_hours_ugm3',
      'simulated',
    ],
    rows: series.flatMap((one) =>
      one.days.map((day) => [
        one.asset.id,
        nameOf(one.asset.entity, language),
        one.pollutant,
        dateOf(day.day, timeZone),
        day.hours,
        rounded(day.mean, 1),
        rounded(day.highestHour, 1),
        rounded(day.highestEightHours, 1),
        String(one.asset.simulated),
      ]),
    ),
  };
}

export function airJson(view: AirView, { city, language }: Shown): Readonly<Record<string, unknown>> {
  const compared = (all: readonly Compared[]): unknown =>
    all.map(({ limit, count, hoursAbove, meanAbove }) => ({ ...limit, ...count, hoursAbove, meanAbove }));
  return {
    method: methodNotes,
    limits: view.limits,
    stations: view.series.map((one) => ({
      id: one.asset.id,
      name: nameOf(one.asset.entity, language),
      pollutant: one.pollutant,
      simulated: one.asset.simulated,
      ...(one.now && { now: rounded(one.now.value, 1), observedAt: new Date(one.now.at).toISOString() }),
      mean: rounded(one.mean, 1),
      dataCapture: rounded(one.capture, 3),
      who: compared(one.who),
      national: compared(one.national),
      days: one.days.map((day) => ({
        day: dateOf(day.day, city.timeZone),
        hours: day.hours,
        mean: rounded(day.mean, 1),
        highestHour: rounded(day.highestHour, 1),
        highestEightHours: rounded(day.highestEightHours, 1),
      })),
    })),
    unusable: view.unusable.map(({ asset, pollutant, unitCode }) => ({ id: asset.id, pollutant, unitCode })),
  };
}

/** Older than that is not now. */
const staleMs = 48 * hourMs;

/** Grey as long as the last whole day was within the levels; a warning above the WHO's, trouble above the country's. */
export function airNow(view: AirView, { language, at }: Shown & { at: number }): Now {
  const t = utilityWords(language);
  const { simulated } = view;
  const lasts = view.series.flatMap((series) => {
    const day = lastDay(series);
    return day && at - day.day < staleMs + 24 * hourMs ? [{ series, mean: day.mean ?? 0 }] : [];
  });
  const above = (pick: (series: AirSeries) => readonly Compared[]) =>
    lasts.filter(({ series, mean }) =>
      pick(series).some(({ limit }) => limit.averaging === 'day' && Math.round(mean) > limit.level),
    );
  if (lasts.length === 0) return { state: 'none', text: t('air.nowNone'), simulated };
  const [overNational, overWho] = [above(({ national }) => national), above(({ who }) => who)];
  const worst = (overNational.length > 0 ? overNational : overWho).sort((a, b) => b.mean - a.mean)[0];
  if (!worst) return { state: 'quiet', text: t('air.nowQuiet'), simulated };
  return {
    state: overNational.length > 0 ? 'trouble' : 'warn',
    text: t('air.nowAbove', {
      name: nameOf(worst.series.asset.entity, language),
      what: pollutantNames[worst.series.pollutant],
      value: Math.round(worst.mean),
    }),
    simulated,
  };
}
