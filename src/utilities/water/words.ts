/** Water as files and JSON have it, and in one line. */
import { formatDate, formatNumber, formatPercent } from '../../ui/index.ts';
import { csvNotes, rounded, type CsvTable } from '../csv.ts';
import { dateOf, dayMs } from '../period.ts';
import { nameOf } from '../series.ts';
import { utilityWords } from '../pages/messages/index.ts';
import type { Now, Shown } from '../view.ts';
import type { WaterArea, WaterView } from './view.ts';

const methodNotes = ({ assumptions: { nightFrom, nightTo, use, exponent, factor } }: WaterView): readonly string[] => [
  `Night flow: the lowest mean of an hour between ${nightFrom}:00 and ${nightTo}:00, moved by quarters of an hour; a night of which an hour has no value is empty.`,
  `Legitimate night use: ${use} L per resident and hour (default 0.6: 6 % of residents, 10 L each; McKenzie, SANFLOW, WRC TT 109/99).`,
  factor === undefined
    ? `Night-day factor: sum over the hours of a day of (pressure / night pressure)^${exponent} (FAVAD; Lambert 2001), middle of the days; 24 h where there is no pressure.`
    : `Night-day factor: ${factor} h a day, given.`,
  'Loss = (night flow - night use) x factor, not below 0. After the IWA Water Losses Task Force, District Metered Areas: Guidance Notes (2007). An estimate, not a measurement.',
  'Inflow: mean of the hourly flows x 24 h; a day with fewer than 18 hours is empty.',
];

export function waterTable(view: WaterView, name: string, { city, language }: Shown): CsvTable {
  const notes = csvNotes(view, city, methodNotes(view));
  if (name === 'days')
    return {
      notes,
      head: ['area', 'name', 'day', 'hours_with_data', 'inflow_m3', 'night_flow_m3h', 'loss_m3', 'simulated'],
      rows: view.areas.flatMap((area) =>
        area.days.map((day) => [
          area.asset.id,
          nameOf(area.asset.entity, language),
          dateOf(day.day, city.timeZone),
          day.hours,
          rounded(day.inflow, 0),
          rounded(day.nightFlow, 1),
          rounded(day.loss, 0),
          String(area.asset.simulated),
        ]),
      ),
    };
  const rows = view.areas.map((area) => Object.values(figuresOf(area, language, city.timeZone)));
  return { notes, head: columns, rows };
}

const columns = [
  'area',
  'name',
  'district',
  'residents',
  'connections',
  'inflow_m3_day',
  'consumption_m3_day',
  'consumption_meters',
  'night_flow_m3h',
  'nights_with_data',
  'night_use_m3h',
  'night_day_factor_h',
  'factor_from',
  'loss_m3_day',
  'loss_l_connection_day',
  'loss_l_resident_day',
  'trend_30_nights_m3h_per_30_days',
  'trend_90_nights_m3h_per_30_days',
  'step_day',
  'step_before_m3h',
  'step_after_m3h',
  'counter_differs_percent',
  'simulated',
] as const;

function figuresOf(
  area: WaterArea,
  language: string,
  timeZone: string,
): Readonly<Record<(typeof columns)[number], string | number | undefined>> {
  const { asset, step, counterDiffers } = area;
  return {
    area: asset.id,
    name: nameOf(asset.entity, language),
    district: asset.district,
    residents: area.residents,
    connections: area.connections,
    inflow_m3_day: rounded(area.inflow, 0),
    consumption_m3_day: rounded(area.consumption?.perDay, 0),
    consumption_meters: area.consumption?.meters,
    night_flow_m3h: rounded(area.nightFlow, 1),
    nights_with_data: area.nights,
    night_use_m3h: rounded(area.use, 1),
    night_day_factor_h: rounded(area.factor.value, 1),
    factor_from: area.factor.from,
    loss_m3_day: rounded(area.loss, 0),
    loss_l_connection_day: rounded(area.lossPerConnection, 0),
    loss_l_resident_day: rounded(area.lossPerResident, 0),
    trend_30_nights_m3h_per_30_days: rounded(area.trend30, 1),
    trend_90_nights_m3h_per_30_days: rounded(area.trend90, 1),
    step_day: step && dateOf(step.day, timeZone),
    step_before_m3h: rounded(step?.before, 1),
    step_after_m3h: rounded(step?.after, 1),
    counter_differs_percent: rounded(counterDiffers === undefined ? undefined : counterDiffers * 100, 1),
    simulated: String(asset.simulated),
  };
}

export function waterJson(view: WaterView, { city, language }: Shown): Readonly<Record<string, unknown>> {
  return {
    method: methodNotes(view),
    assumptions: view.assumptions,
    total: {
      inflow: rounded(view.total.inflow, 0),
      loss: rounded(view.total.loss, 0),
      areasInflow: view.total.areasInflow,
      areasLoss: view.total.areasLoss,
    },
    areas: view.areas.map((area) => ({
      ...figuresOf(area, language, city.timeZone),
      simulated: area.asset.simulated,
      days: area.days.map((day) => ({
        day: dateOf(day.day, city.timeZone),
        hours: day.hours,
        inflow: rounded(day.inflow, 0),
        nightFlow: rounded(day.nightFlow, 1),
        loss: rounded(day.loss, 0),
      })),
    })),
  };
}

/** A step is news for so long. */
const newsMs = 30 * dayMs;

/** The area whose flow at night rose most, if it did so lately. */
export const risen = ({ areas }: WaterView, at: number): WaterArea | undefined =>
  areas
    .filter(({ step }) => step && step.after > step.before && at - step.day < newsMs)
    .sort((a, b) => rise(b) - rise(a))[0];

const rise = ({ step }: WaterArea): number => (step ? step.after - step.before : 0);

export function waterNow(view: WaterView, { language, city, at }: Shown & { at: number }): Now {
  const t = utilityWords(language);
  const { simulated } = view;
  const { loss, inflow } = view.total;
  if (loss === undefined && inflow === undefined) return { state: 'none', text: t('water.nowNone'), simulated };
  const share = shareOf(view);
  const text =
    loss === undefined
      ? t('water.nowInflow', { inflow: formatNumber(inflow ?? 0, language, { digits: 0 }) })
      : t('water.nowLoss', {
          loss: formatNumber(loss, language, { digits: 0 }),
          share: share === undefined ? '–' : formatPercent(share, language, 0),
        });
  const area = risen(view, at);
  if (!area?.step) return { state: 'quiet', text, simulated };
  const rose = t('water.rose', {
    name: nameOf(area.asset.entity, language),
    before: Math.round(area.step.before),
    after: Math.round(area.step.after),
    date: formatDate(area.step.day, language, city.timeZone),
  });
  return { state: 'warn', text: `${rose} ${text}`, simulated };
}

/** Of the inflow, over the areas that have both. */
export function shareOf({ areas }: WaterView): number | undefined {
  const both = areas.filter(({ inflow, loss }) => inflow !== undefined && loss !== undefined);
  const inflow = both.reduce((all, area) => all + (area.inflow ?? 0), 0);
  return inflow > 0 ? both.reduce((all, area) => all + (area.loss ?? 0), 0) / inflow : undefined;
}
