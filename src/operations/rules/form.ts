/** Between a rule and the form in which a person writes it. */
import { Problem } from '../../base/problem.ts';
import { fullLanguages } from '../../ui/index.ts';
import { durationMs } from './machine.ts';
import { ruleKinds, type Balance, type Rule, type Term, type When } from './schema.ts';

/** What stands in the fields; several where boxes are ticked. */
export type RuleForm = Readonly<Record<string, string | readonly string[]>>;

export const formFields = [
  'id',
  'title',
  'advice',
  'priority',
  'type',
  'q',
  'scope',
  'districts',
  'ids',
  'attribute',
  'limit',
  'clear',
  'for',
  'within',
  'mads',
  'least',
  'weeks',
  'atLeast',
  'holidays',
  'inflow',
  'outflow',
  'window',
  'between',
  'share',
  'wait',
  'why',
  'version',
  'json',
] as const;
export type FormField = (typeof formFields)[number];

const minuteMs = 60_000;

export const kindOf = (text: string | undefined): When['kind'] =>
  ruleKinds.find((kind) => kind === text) ?? 'threshold';

export const textIn = (form: RuleForm, name: string): string => {
  const value = form[name];
  return typeof value === 'string' ? value.trim() : '';
};
const listIn = (form: RuleForm, name: string): readonly string[] => {
  const value = form[name] ?? [];
  return typeof value === 'string' ? [value] : value;
};

export function formOf({ id, title, advice, priority, selects, when }: Rule): RuleForm {
  const words = (name: string, given: Readonly<Record<string, string>> = {}): RuleForm =>
    Object.fromEntries(Object.entries(given).map(([language, text]) => [`${name}.${language}`, text]));
  return {
    id,
    ...words('title', title),
    ...words('advice', advice),
    priority: String(priority),
    type: selects.type,
    q: selects.q ?? '',
    scope: selects.scope ?? '',
    districts: selects.districts ?? [],
    ids: (selects.ids ?? []).join('\n'),
    ...formOfWhen(when),
  };
}

function formOfWhen(when: When): RuleForm {
  if (when.kind === 'balance') return formOfBalance(when);
  const { kind, attribute } = when;
  switch (when.kind) {
    case 'threshold': {
      const { above, below, clear, for: held } = when;
      const side = above === undefined ? 'below' : 'above';
      return {
        kind,
        attribute,
        side,
        limit: String(above ?? below),
        clear: numberText(clear),
        for: minutesText(held),
      };
    }
    case 'change': {
      const { rises, falls, clear, within } = when;
      const side = rises === undefined ? 'falls' : 'rises';
      const limit = String(rises ?? falls);
      return {
        kind,
        attribute,
        side,
        limit,
        clear: numberText(clear),
        within: minutesText(within),
      };
    }
    case 'silence':
      return { kind, attribute, for: minutesText(when.for) };
    case 'usual':
      return {
        kind,
        attribute,
        side: when.side ?? '',
        mads: String(when.mads),
        least: String(when.least),
        clear: numberText(when.clear),
        for: minutesText(when.for),
        weeks: numberText(when.weeks),
        atLeast: numberText(when.atLeast),
        holidays: when.holidays ?? '',
      };
  }
}

const formOfBalance = ({
  inflow,
  outflow,
  window,
  between,
  least,
  share,
  clear,
  wait,
  for: held,
}: Balance): RuleForm => ({
  kind: 'balance',
  inflow: termLines(inflow),
  outflow: termLines(outflow),
  window: minutesText(window),
  between: between?.join('–') ?? '',
  least: numberText(least),
  share: numberText(share),
  clear: numberText(clear),
  for: minutesText(held),
  wait: minutesText(wait),
});

/** An attribute to a line, behind it the entity when it is another. */
const termLines = (terms: readonly Term[]): string =>
  terms.map(({ attribute, entity }) => (entity === undefined ? attribute : `${attribute} ${entity}`)).join('\n');

/** The rule as JSON, to be parsed; what was left empty is not there. */
export function ruleOfForm(form: RuleForm): unknown {
  const words = (name: string): Record<string, string> =>
    Object.fromEntries(
      fullLanguages.flatMap((language) => {
        const text = textIn(form, `${name}.${language}`);
        return text === '' ? [] : [[language, text] as const];
      }),
    );
  const text = (name: string): string | undefined => textIn(form, name) || undefined;
  const advice = words('advice');
  const ids = textIn(form, 'ids').split(/\s+/).filter(Boolean);
  const districts = listIn(form, 'districts');
  return {
    id: textIn(form, 'id'),
    title: words('title'),
    ...(Object.keys(advice).length > 0 && { advice }),
    priority: Number(textIn(form, 'priority')),
    selects: {
      type: textIn(form, 'type'),
      ...(text('q') !== undefined && { q: text('q') }),
      ...(text('scope') !== undefined && { scope: text('scope') }),
      ...(districts.length > 0 && { districts }),
      ...(ids.length > 0 && { ids }),
    },
    when: whenOfForm(form),
  };
}

function whenOfForm(form: RuleForm): Record<string, unknown> {
  const kind = kindOf(textIn(form, 'kind'));
  if (kind === 'balance') return balanceOfForm(form);
  const attribute = textIn(form, 'attribute');
  if (kind === 'silence') return { kind, attribute, for: minutesIn(form, 'for') };
  if (kind === 'usual') return usualOfForm(form, attribute);
  const rate = kind === 'change';
  const side = textIn(form, 'side');
  const limit = rate ? (side === 'falls' ? 'falls' : 'rises') : side === 'below' ? 'below' : 'above';
  return {
    kind,
    attribute,
    [limit]: numberIn(form, 'limit'),
    ...(textIn(form, 'clear') !== '' && { clear: numberIn(form, 'clear') }),
    ...(rate && { within: minutesIn(form, 'within') }),
    ...(!rate && textIn(form, 'for') !== '' && { for: minutesIn(form, 'for') }),
  };
}

/** What was left empty is as the rule has it by default. */
function usualOfForm(form: RuleForm, attribute: string): Record<string, unknown> {
  const given = (name: string): boolean => textIn(form, name) !== '';
  const number = (name: string): Record<string, number> => (given(name) ? { [name]: numberIn(form, name) } : {});
  const text = (name: string): Record<string, string> => (given(name) ? { [name]: textIn(form, name) } : {});
  return {
    kind: 'usual',
    attribute,
    ...text('side'),
    mads: numberIn(form, 'mads'),
    least: numberIn(form, 'least'),
    ...number('clear'),
    ...(given('for') && { for: minutesIn(form, 'for') }),
    ...number('weeks'),
    ...number('atLeast'),
    ...text('holidays'),
  };
}

function balanceOfForm(form: RuleForm): Record<string, unknown> {
  const given = (name: string): boolean => textIn(form, name) !== '';
  const number = (name: string): Record<string, number> => (given(name) ? { [name]: numberIn(form, name) } : {});
  const minutes = (name: string): Record<string, string> => (given(name) ? { [name]: minutesIn(form, name) } : {});
  const terms = (name: string): readonly Record<string, string>[] =>
    textIn(form, name)
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => {
        const [attribute = '', ...entity] = line.trim().split(/\s+/);
        return { attribute, ...(entity.length > 0 && { entity: entity.join(' ') }) };
      });
  return {
    kind: 'balance',
    inflow: terms('inflow'),
    outflow: terms('outflow'),
    ...minutes('window'),
    ...(given('between') && { between: textIn(form, 'between').split(/\s*[-–]\s*/) }),
    ...number('least'),
    ...number('share'),
    ...number('clear'),
    ...minutes('for'),
    ...minutes('wait'),
  };
}

/** A comma is as good as a point. @throws Problem bad-data */
function numberIn(form: RuleForm, name: string): number {
  const text = textIn(form, name).replace(',', '.').replace('\u2212', '-');
  const number = text === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(number)) throw new Problem('bad-data', 'expected a number', `when.${name}`);
  return number;
}

/** ISO 8601, in the largest unit that fits. */
function minutesIn(form: RuleForm, name: string): string {
  const minutes = numberIn(form, name);
  if (minutes <= 0) throw new Problem('bad-data', 'expected minutes', `when.${name}`);
  if (minutes % 1_440 === 0) return `P${minutes / 1_440}D`;
  if (minutes % 60 === 0) return `PT${minutes / 60}H`;
  return minutes % 1 === 0 ? `PT${minutes}M` : `PT${Math.round(minutes * 60)}S`;
}

const numberText = (value: number | undefined): string => (value === undefined ? '' : String(value));
const minutesText = (duration: string | undefined): string =>
  duration === undefined ? '' : String(durationMs(duration) / minuteMs);

/** The field of the form that a problem speaks of; undefined: of none. */
export function wrongField(error: unknown): FormField | undefined {
  if (!(error instanceof Problem) || error.field === undefined) return undefined;
  const [first = '', second = ''] = error.field.split(/[.[,]/);
  const name = first === 'selects' || first === 'when' ? second : first;
  if (['above', 'below', 'rises', 'falls'].includes(name)) return 'limit';
  return formFields.find((field) => field === name);
}
