/** Values, states and people in words of the reader. */
import { formatNumber, inLanguage, unitSymbol, type State } from '../../../ui/index.ts';
import { anonymousPrincipal, systemPrincipal } from '../../../http/index.ts';
import type { Command, ControlPoint, Value } from '../schema.ts';
import type { PointView } from '../views.ts';
import { controlWords } from './messages/index.ts';

export function valueText({ options, unitCode }: ControlPoint, value: Value, language: string): string {
  const option = options?.find((one) => one.value === value);
  if (option?.name) return inLanguage(option.name, language).text;
  if (typeof value !== 'number') return String(value);
  const number = formatNumber(value, language);
  if (unitCode === undefined) return number;
  return controlWords(language)('unit', { value: number, unit: unitSymbol(unitCode, language) });
}

/** What the list calls it: its own name, else that of what is controlled, else its id. */
export function nameOfPoint({ point, entityName }: Pick<PointView, 'point' | 'entityName'>, language: string): string {
  const words = point.name ?? entityName;
  return words && Object.keys(words).length > 0 ? inLanguage(words, language).text : point.id;
}

/** Colour for trouble only. */
export function stateOf({ state }: Pick<Command, 'state'>): State {
  if (state === 'contradicted' || state === 'noAnswer') return 'trouble';
  if (state === 'refused' || state === 'expired' || state === 'maybeSent') return 'warn';
  return 'quiet';
}

export const whoText = (id: string, nameOf: (id: string) => string, language: string): string =>
  id === systemPrincipal.id
    ? controlWords(language)('system')
    : id === anonymousPrincipal.id
      ? controlWords(language)('here')
      : nameOf(id);

export const pointPath = (id: string): string => `/console/control/${id}`;
export const entityPath = (id: string): string => `/entities/${encodeURIComponent(id).replaceAll('%3A', ':')}`;
