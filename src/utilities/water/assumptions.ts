/** What is assumed of an area at night, from the address; each with its default and where that comes from. */
import { Problem } from '../../base/problem.ts';
import type { ApiRoute } from '../../http/index.ts';
import type { Assumptions } from './nightFlow.ts';

/**
 * 6 % of the residents awake in the hour of least flow, each flushing a cistern of ten litres (McKenzie, SANFLOW user guide, WRC
 * TT 109/99, 1999; the share also in Liemberger and Farley, Thornton and others).
 */
const useDefault = 0.6;
/** Leaks of mixed pipes follow the pressure linearly (Lambert 2001; 0.5 for rigid, up to 1.5 for plastic). */
const exponentDefault = 1;

export const assumptionParameters: ApiRoute['parameters'] & {} = [
  {
    name: 'nightFrom',
    in: 'query',
    description: 'Hour at which the night window begins; default 2',
    schema: { type: 'integer' },
  },
  { name: 'nightTo', in: 'query', description: 'Hour at which it ends; default 4', schema: { type: 'integer' } },
  {
    name: 'use',
    in: 'query',
    description: `Legitimate night use, litres a resident and hour; default ${useDefault}`,
    schema: { type: 'number' },
  },
  {
    name: 'exponent',
    in: 'query',
    description: `N1, exponent of the pressure; default ${exponentDefault}`,
    schema: { type: 'number' },
  },
  {
    name: 'factor',
    in: 'query',
    description: 'Night-day factor, hours a day; default: from the pressure',
    schema: { type: 'number' },
  },
];

/** @throws Problem bad-data (field = the parameter) */
export function assumptionsOf(query: URLSearchParams): Assumptions {
  const number = (name: string, fallback: number, low: number, high: number, whole = false): number => {
    const text = (query.get(name) ?? '').replace(',', '.');
    if (text === '') return fallback;
    const value = Number(text);
    if (!/^\d{1,4}(\.\d{1,4})?$/.test(text) || value < low || value > high || (whole && !Number.isInteger(value)))
      throw new Problem('bad-data', `wanted a number from ${low} to ${high}, found "${text}"`, name);
    return value;
  };
  const nightFrom = number('nightFrom', 2, 0, 22, true);
  const nightTo = number('nightTo', 4, 1, 24, true);
  if (nightTo <= nightFrom) throw new Problem('bad-data', 'the night ends before it begins', 'nightTo');
  const factor = number('factor', 0, 1, 48);
  return {
    nightFrom,
    nightTo,
    use: number('use', useDefault, 0, 50),
    exponent: number('exponent', exponentDefault, 0, 2.5),
    ...(factor > 0 && { factor }),
  };
}
