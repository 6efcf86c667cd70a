/** How work orders are said: addresses, states, steps. */
import {
  formatDay,
  formatNumber,
  inLanguage,
  type PinShape,
  type State as Look,
  unitSymbol,
} from '../../../ui/index.ts';
import { durationText, type Told } from '../../alarms/index.ts';
import type { Order, OrderFilter, State } from '../schema.ts';
import type { OrderRow, StepLine } from '../tables.ts';
import { orderWords, type OrderKey } from './messages/index.ts';

export { durationText, type Told };

type Standing = Pick<OrderRow, 'state' | 'priority'> & { readonly dueAt?: number | undefined };

export const isOverdue = ({ state, dueAt }: Standing, now: number): boolean =>
  dueAt !== undefined && dueAt < now && !['done', 'closed', 'cancelled'].includes(state);

/** Colour only for what must be done now. */
export function lookOf(order: Standing, now: number): Look {
  if (order.state === 'done') return 'good';
  if (order.state === 'closed' || order.state === 'cancelled') return 'quiet';
  if (order.priority === 1) return 'trouble';
  return isOverdue(order, now) || order.state === 'returned' ? 'warn' : 'quiet';
}

export const shapeOf = (order: Standing): PinShape => (order.priority === 1 ? 'trouble' : 'work');

/** The address of the list, without language; what is undefined is left out. */
export function listPath(
  filter: Partial<OrderFilter>,
  more: Readonly<Record<string, string | undefined>> = {},
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...filter, ...more }))
    if (value !== undefined) query.set(name, String(value));
  return `/console/orders${query.size > 0 ? `?${query.toString()}` : ''}`;
}

export const stateText = (state: State, language: string): string => orderWords(language)(`state.${state}`);
export const priorityText = (priority: Order['priority'], language: string): string =>
  orderWords(language)(`priority.${priority}`);

/** A word of the lists; what somebody wrote stays as it is. */
export function reasonText(reason: string, language: string): string {
  const key = `reason.${reason}`;
  return Object.hasOwn(orderWords.tables.en, key) ? orderWords(language)(key as OrderKey) : reason;
}

export function unitText(unit: string | undefined, language: string): string {
  if (unit === undefined || unit === '') return '';
  return unit === 'C62' ? orderWords(language)('pieces') : unitSymbol(unit, language);
}

/** `3 m`. */
export const countedText = (value: number, unit: string | undefined, language: string): string =>
  [formatNumber(value, language), unitText(unit, language)].filter(Boolean).join('\u00a0');

/** Whoever did something, as they are shown. */
export function whoText(who: string, { reader, nameOf }: Told): string {
  const t = orderWords(reader.language);
  if (who === 'system') return t('system');
  return who === 'anonymous' ? t('here') : nameOf(who);
}

/** A step as a line of the story. */
export function stepText(line: StepLine, { checklist }: Pick<Order, 'checklist'>, { reader }: Told): string {
  const { language } = reader;
  const base = orderWords(language)(`step.${line.step}`);
  const [first = '', second = '', ...rest] = (line.detail ?? '').split(' ');
  switch (line.step) {
    case 'check': {
      const item = checklist.items.find(({ id }) => id === first);
      return `${base} ${second === 'done' ? '✓' : '–'} ${item ? inLanguage(item.text, language).text : first}`;
    }
    case 'part':
    case 'reading':
      return `${base}: ${rest.join(' ')} ${countedText(Number(first), second, language)}`;
    case 'time':
      return `${base}: ${durationText((line.minutes ?? 0) * 60_000, language)}`;
    default:
      return line.detail === undefined || line.detail === '' ? base : `${base}: ${reasonText(line.detail, language)}`;
  }
}

export const dayText = (at: number, { reader, timeZone }: Told): string =>
  formatDay(at, reader.now, reader.language, timeZone);
