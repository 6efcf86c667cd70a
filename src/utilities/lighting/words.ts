/** Street lighting as files and JSON have it, and in one line. */
import type { ApiRoute } from '../../http/index.ts';
import { formatNumber, formatPercent } from '../../ui/index.ts';
import { csvNotes, rounded, type CsvTable } from '../csv.ts';
import { dateOf } from '../period.ts';
import { nameOf } from '../series.ts';
import { utilityWords } from '../pages/messages/index.ts';
import type { Now, Shown } from '../view.ts';
import { isShown, type Saving, type Why } from './baseline.ts';
import type { LightArea, LightGroup, LightingView, LightSum } from './view.ts';

export const lightingParameters: ApiRoute['parameters'] & {} = [
  {
    name: 'baseFrom',
    in: 'query',
    description: 'First day of the baseline, with `baseTo`; default: the oldest 180 nights on record',
  },
  { name: 'baseTo', in: 'query', description: 'Last day of the baseline, before the period' },
  { name: 'district', in: 'query', description: 'Id of a district: its groups alone' },
];

const methodNotes = ({ baseline }: LightingView): readonly string[] => [
  `IPMVP Option B (EVO 10000-1:2022): energy of each group by night (nightEnergy, kWh); baseline ${baseline.first} to ${baseline.last}, at most ${baseline.nights} nights${baseline.given ? '' : ' (the oldest on record)'}.`,
  'Model of a group: kWh per lamp and night = a + b x hours from sunset to sunrise at the middle of the city, least squares over the baseline. Expected = model x lamps (lampsTotal as it is today) over the nights of the period that have an energy.',
  'Saved = expected - actual. Error: half of the 90 % prediction interval of the sum, widened for autocorrelation; groups add as squares. A saving smaller than its error is not shown to be one.',
  'Nothing is said of a group with fewer than 30 nights of baseline, or fewer than 75 % of the nights of the period. A night counts to the day on which it ends.',
];

const savingOf = (saving: Saving | Why | undefined): readonly (string | number | undefined)[] =>
  saving === undefined || typeof saving === 'string'
    ? [undefined, undefined, undefined, undefined, undefined, undefined, saving ?? 'noGroups']
    : [
        rounded(saving.actual, 0),
        rounded(saving.expected, 0),
        rounded(saving.saved, 0),
        rounded(saving.share * 100, 1),
        rounded(saving.error, 0),
        saving.nights,
        !isShown(saving) ? 'withinError' : saving.beyond ? 'beyondBaseline' : '',
      ];
const savingHead = [
  'actual_kwh',
  'expected_kwh',
  'saved_kwh',
  'saved_percent',
  'error_90_kwh',
  'nights',
  'remark',
] as const;

const modelOf = ({ model }: LightGroup): readonly (number | undefined)[] =>
  typeof model === 'string'
    ? [undefined, undefined, undefined, undefined]
    : [model.line.n, rounded(model.line.intercept, 4), rounded(model.line.slope, 5), rounded(model.line.r2, 3)];

export function lightingTable(view: LightingView, name: string, { city, language }: Shown): CsvTable {
  const notes = csvNotes(view, city, methodNotes(view));
  const sums = (all: readonly LightSum[], head: string, length: number): CsvTable => ({
    notes,
    head: [head, 'nights', 'actual_kwh', 'expected_kwh', 'saved_kwh', 'saved_percent'],
    rows: all.map(({ at, nights, actual, expected }) => [
      dateOf(at, city.timeZone).slice(0, length),
      nights,
      rounded(actual, 0),
      rounded(expected, 0),
      rounded(expected - actual, 0),
      rounded(((expected - actual) / expected) * 100, 1),
    ]),
  });
  switch (name) {
    case 'days':
      return sums(view.days, 'night_ending_on', 10);
    case 'months':
      return sums(view.months, 'month', 7);
    case 'groups':
      return {
        notes,
        head: [
          'group',
          'name',
          'district',
          'lamps',
          ...savingHead,
          'baseline_nights',
          'a_kwh',
          'b_kwh_per_hour',
          'r2',
          'simulated',
        ],
        rows: view.groups.map((group) => [
          group.asset.id,
          nameOf(group.asset.entity, language),
          group.asset.district,
          group.lamps,
          ...savingOf(group.saving),
          ...modelOf(group),
          String(group.asset.simulated),
        ]),
      };
    default:
      return {
        notes,
        head: ['district', 'groups', 'groups_counted', 'lamps', ...savingHead, 'feeder_differs_percent'],
        rows: [...view.districts.map((area) => [area.district ?? '', area] as const), ['all', view.whole] as const].map(
          ([district, area]) => [
            district,
            area.groups,
            area.of,
            area.lamps,
            ...savingOf(area.saving),
            rounded(area.feederDiffers === undefined ? undefined : area.feederDiffers * 100, 1),
          ],
        ),
      };
  }
}

export function lightingJson(view: LightingView, { city, language }: Shown): Readonly<Record<string, unknown>> {
  const saving = (found: Saving | Why | undefined): unknown =>
    found === undefined || typeof found === 'string'
      ? { cannotBeSaid: found ?? 'noGroups' }
      : {
          actual: rounded(found.actual, 0),
          expected: rounded(found.expected, 0),
          saved: rounded(found.saved, 0),
          share: rounded(found.share, 3),
          error: rounded(found.error, 0),
          nights: found.nights,
          isShown: isShown(found),
          beyondBaseline: found.beyond,
        };
  const area = ({ district, groups, of, lamps, saving: found, feederDiffers }: LightArea): unknown => ({
    district,
    groups,
    groupsCounted: of,
    lamps,
    saving: saving(found),
    feederDiffers: rounded(feederDiffers, 3),
  });
  const sums = (all: readonly LightSum[], length: number): unknown =>
    all.map(({ at, nights, actual, expected }) => ({
      at: dateOf(at, city.timeZone).slice(0, length),
      nights,
      actual: rounded(actual, 0),
      expected: rounded(expected, 0),
    }));
  return {
    method: methodNotes(view),
    baseline: view.baseline,
    whole: area(view.whole),
    districts: view.districts.map(area),
    groups: view.groups.map((group) => {
      const [nights, a, b, r2] = modelOf(group);
      return {
        id: group.asset.id,
        name: nameOf(group.asset.entity, language),
        district: group.asset.district,
        lamps: group.lamps,
        saving: saving(group.saving),
        ...(nights !== undefined && { model: { nights, a, b, r2 } }),
        simulated: group.asset.simulated,
      };
    }),
    days: sums(view.days, 10),
    months: sums(view.months, 7),
    outOfContact: {
      groups: view.out.groups.map(({ asset, lamps }) => ({ id: asset.id, lamps })),
      lamps: view.out.lamps.map(({ id }) => id),
      lampsInAll: view.out.count,
    },
  };
}

/** Trouble is a group of lights that nobody can reach; what is saved is no state. */
export function lightingNow(view: LightingView, { language }: Shown): Now {
  const t = utilityWords(language);
  const { simulated, whole, out } = view;
  if (view.groups.length === 0) return { state: 'none', text: t('lighting.nowNone'), simulated };
  const text = savingText(whole.saving, language);
  const [dark] = out.groups.filter(({ asset, lamps }) =>
    view.groups.some((group) => group.asset.id === asset.id && group.lamps === lamps),
  );
  if (!dark) return { state: 'quiet', text, simulated };
  return {
    state: 'warn',
    text: `${t('lighting.nowOut', { name: nameOf(dark.asset.entity, language), n: dark.lamps })} ${text}`,
    simulated,
  };
}

/** One sentence about what was saved; also that it cannot be said. */
export function savingText(saving: Saving | undefined, language: string): string {
  const t = utilityWords(language);
  if (!saving) return t('lighting.cannot');
  const kwh = (value: number): string => formatNumber(value, language, { digits: 0 });
  if (!isShown(saving)) return t('lighting.within', { error: kwh(saving.error) });
  const values = {
    kwh: kwh(Math.abs(saving.saved)),
    share: formatPercent(Math.abs(saving.share), language),
    error: kwh(saving.error),
  };
  return t(saving.saved > 0 ? 'lighting.saved' : 'lighting.more', values);
}
