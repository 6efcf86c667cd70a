/** Heat as files and JSON have it, and in one line. */
import { formatDate, formatNumber } from '../../ui/index.ts';
import { csvNotes, rounded, type CsvTable } from '../csv.ts';
import { dateOf } from '../period.ts';
import { nameOf } from '../series.ts';
import { utilityWords } from '../pages/messages/index.ts';
import type { Now, Shown } from '../view.ts';
import { hoursMin, neighboursMin } from './outliers.ts';
import type { HeatSubstation, HeatView } from './view.ts';

const methodNotes = ({ relation }: HeatView): readonly string[] => [
  'Hourly means of supply and return, degrees Celsius; hours that have both and a supply of at least 25.',
  relation
    ? `Relation of the group (Theil-Sen over all hours of ${relation.substations} substations): return = ${rounded(relation.line.intercept + relation.middle, 1)} + ${rounded(relation.line.slope, 3)} x supply.`
    : `Cannot be said: fewer than ${neighboursMin} substations have ${hoursMin} hours.`,
  'Excess: the middle of (return - relation) of a substation, K. It stands out when its modified z-score (0.6745 (excess - median) / MAD; Iglewicz and Hoaglin 1993; MAD at least 0.3 K) is beyond 3.5 and the excess at least 3 K.',
  ...(relation
    ? [
        `An hour is above when the return is more than ${rounded(relation.limit, 1)} K above the relation (3.5 robust standard deviations, at least 3 K).`,
      ]
    : []),
];

export function heatTable(view: HeatView, name: string, { city, language }: Shown): CsvTable {
  const notes = csvNotes(view, city, methodNotes(view));
  if (name === 'days')
    return {
      notes,
      head: [
        'substation',
        'name',
        'day',
        'hours',
        'supply_c',
        'return_c',
        'expected_return_c',
        'hours_above',
        'simulated',
      ],
      rows: view.substations.flatMap((one) =>
        one.days.map((day) => [
          one.asset.id,
          nameOf(one.asset.entity, language),
          dateOf(day.day, city.timeZone),
          day.hours,
          rounded(day.supply, 1),
          rounded(day.back, 1),
          rounded(day.expected, 1),
          day.hoursAbove,
          String(one.asset.simulated),
        ]),
      ),
    };
  return {
    notes,
    head: [
      'substation',
      'name',
      'district',
      'hours',
      'supply_c',
      'return_c',
      'delta_t_k',
      'excess_k',
      'z',
      'hours_above',
      'stands_out',
      'reason',
      'above_since',
      'simulated',
    ],
    rows: view.substations.map((one) => [
      one.asset.id,
      nameOf(one.asset.entity, language),
      one.asset.district,
      one.hours,
      rounded(one.judged?.supply, 1),
      rounded(one.judged?.back, 1),
      rounded(one.judged?.cooling, 1),
      rounded(one.judged?.excess, 1),
      rounded(one.judged?.z, 1),
      one.judged?.hoursAbove,
      one.judged && String(one.judged.reason !== undefined),
      reasonText(view, one, language, city.timeZone),
      one.since === undefined ? undefined : dateOf(one.since, city.timeZone),
      String(one.asset.simulated),
    ]),
  };
}

/** Why it stands out or why it cannot be said; empty: it is like the others. */
export function reasonText(
  view: HeatView,
  { judged, since }: HeatSubstation,
  language: string,
  timeZone: string,
): string {
  const t = utilityWords(language);
  const { relation } = view;
  if (!relation) return '';
  if (!judged) return t('heat.fewHours');
  if (!judged.reason) return '';
  const kelvin = (value: number): string => formatNumber(Math.abs(value), language, { digits: 1 });
  const why = t(`heat.reason.${judged.reason}`, {
    excess: kelvin(judged.excess),
    cooling: kelvin(judged.cooling),
    others: kelvin(relation.cooling),
  });
  return since === undefined ? why : `${why} ${t('heat.since', { date: formatDate(since, language, timeZone) })}`;
}

export function heatJson(view: HeatView, { city, language }: Shown): Readonly<Record<string, unknown>> {
  const { relation } = view;
  return {
    method: methodNotes(view),
    ...(relation
      ? {
          relation: {
            slope: rounded(relation.line.slope, 4),
            intercept: rounded(relation.line.intercept + relation.middle, 2),
            limit: rounded(relation.limit, 2),
            cooling: rounded(relation.cooling, 1),
            substations: relation.substations,
          },
        }
      : { cannotBeSaid: 'fewNeighbours', neighboursNeeded: neighboursMin, hoursNeeded: hoursMin }),
    substations: view.substations.map((one) => ({
      id: one.asset.id,
      name: nameOf(one.asset.entity, language),
      district: one.asset.district,
      simulated: one.asset.simulated,
      hours: one.hours,
      ...(one.judged && {
        supply: rounded(one.judged.supply, 1),
        return: rounded(one.judged.back, 1),
        deltaT: rounded(one.judged.cooling, 1),
        excess: rounded(one.judged.excess, 1),
        z: rounded(one.judged.z, 1),
        hoursAbove: one.judged.hoursAbove,
        reason: one.judged.reason,
      }),
      ...(one.since !== undefined && { aboveSince: dateOf(one.since, city.timeZone) }),
      days: one.days.map((day) => ({
        day: dateOf(day.day, city.timeZone),
        hours: day.hours,
        supply: rounded(day.supply, 1),
        return: rounded(day.back, 1),
        expected: rounded(day.expected, 1),
        hoursAbove: day.hoursAbove,
      })),
    })),
  };
}

/** Those whose water comes back too hot. */
export const hot = ({ substations }: HeatView): readonly HeatSubstation[] =>
  substations.filter(({ judged }) => judged?.reason !== undefined && judged.reason !== 'low');

export function heatNow(view: HeatView, { language }: Shown): Now {
  const t = utilityWords(language);
  const { simulated, relation, substations } = view;
  const measured = substations.filter(({ hours }) => hours > 0).length;
  if (measured === 0) return { state: 'none', text: t('heat.nowNone'), simulated };
  if (!relation) return { state: 'none', text: t('heat.fewNeighbours', { n: neighboursMin }), simulated };
  const [worst] = hot(view);
  if (!worst?.judged) return { state: 'quiet', text: t('heat.nowQuiet', { n: relation.substations }), simulated };
  return {
    state: 'warn',
    text: t('heat.nowHot', {
      name: nameOf(worst.asset.entity, language),
      back: Math.round(worst.judged.back),
      excess: Math.round(worst.judged.excess),
      n: hot(view).length,
      of: relation.substations,
    }),
    simulated,
  };
}
