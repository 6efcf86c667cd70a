/** A rule in words of the reader. */
import type { JSX } from 'preact';
import { formatNumber, inLanguage, type Translate } from '../../../ui/index.ts';
import { durationMs } from '../machine.ts';
import type { Balance, Rule, Selects, Term, Usual, When } from '../schema.ts';
import { defaultWeeks } from '../usual.ts';
import type { RulesKey } from './messages/index.ts';

type T = Translate<RulesKey>;
type Say = (value: number | undefined) => string;

const dayMinutes = 1_440;

/** In the largest unit that fits. */
export function minutesText(minutes: number, t: T): string {
  if (minutes >= dayMinutes && minutes % dayMinutes === 0) return t('days', { n: minutes / dayMinutes });
  if (minutes >= 60 && minutes % 60 === 0) return t('hours', { n: minutes / 60 });
  return t('minutes', { n: minutes });
}

export const durationText = (duration: string, t: T): string => minutesText(durationMs(duration) / 60_000, t);

export function whenText(when: When, language: string, t: T): string {
  const number: Say = (value) => formatNumber(value ?? Number.NaN, language);
  if (when.kind === 'balance') return balanceText(when, t, number);
  const { attribute } = when;
  if (when.kind === 'silence') return t('silent', { attribute, for: durationText(when.for, t) });
  if (when.kind === 'usual') return usualText(when, t, number);
  const until = when.clear === undefined ? [] : [t('until', { clear: number(when.clear) })];
  if (when.kind === 'change') {
    const side = when.rises === undefined ? 'falls' : 'rises';
    const limit = number(when.rises ?? when.falls);
    return [t(side, { attribute, limit, within: durationText(when.within, t) }), ...until].join('; ');
  }
  const side = when.above === undefined ? 'below' : 'above';
  const lasts = when.for === undefined ? '' : ` ${t('lasts', { for: durationText(when.for, t) })}`;
  return [`${t(side, { attribute, limit: number(when.above ?? when.below) })}${lasts}`, ...until].join('; ');
}

function usualText(
  { attribute, side = 'both', mads, least, clear, for: held, weeks }: Usual,
  t: T,
  number: Say,
): string {
  const given = { attribute, mads: number(mads), least: number(least), weeks: weeks ?? defaultWeeks };
  const lasts = held === undefined ? '' : ` ${t('lasts', { for: durationText(held, t) })}`;
  const until = clear === undefined ? [] : [t('usual_until', { clear: number(clear) })];
  return [`${t(`usual_${side}`, given)}${lasts}`, ...until].join('; ');
}

function balanceText(
  { inflow, outflow, window, between, least, share, clear, for: held }: Balance,
  t: T,
  number: Say,
): string {
  const names = (terms: readonly Term[]): string =>
    terms
      .map(({ attribute, entity }) => (entity === undefined ? attribute : `${entityLabel(entity)} ${attribute}`))
      .join(' + ');
  const given = { least: number(least), share: number(share) };
  const limit =
    least === undefined ? t('limitShare', given) : share === undefined ? t('limitLeast', given) : t('limitBoth', given);
  const [from = '', to = ''] = between ?? [];
  const over =
    window === undefined ? t('balanceBetween', { from, to }) : t('balanceWindow', { window: durationText(window, t) });
  const lasts = held === undefined ? '' : ` ${t('lasts', { for: durationText(held, t) })}`;
  const until = clear === undefined ? [] : [t('balance_until', { clear: number(clear) })];
  const said = t('balanceOf', { inflow: names(inflow), outflow: names(outflow), limit, window: over });
  return [`${said}${lasts}`, ...until].join('; ');
}

export function SelectsText({ selects }: { selects: Selects }): JSX.Element {
  const { type, q, scope, districts, ids } = selects;
  const parts = [q, scope, districts?.join(', '), ids?.join(', ')].filter((part) => part !== undefined);
  return (
    <>
      <code>{type}</code>
      {parts.map((part) => (
        <>
          {' · '}
          <code>{part}</code>
        </>
      ))}
    </>
  );
}

/** The title without what is filled in later. */
export function titleText({ title }: Pick<Rule, 'title'>, language: string): string {
  const text = inLanguage(title, language)
    .text.replace(/\{(\w+)\}/g, '…')
    .replace(/^…[:,]? */, '');
  return text.charAt(0).toLocaleUpperCase(language) + text.slice(1);
}

export const entityPath = (id: string): string => `/entities/${encodeURIComponent(id).replaceAll('%3A', ':')}`;

/** Last part of a URN: what people have on a label. */
export const entityLabel = (id: string): string => id.split(':').at(-1) ?? id;
