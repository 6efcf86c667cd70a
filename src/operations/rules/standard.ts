/** Rules that come with the program: proposals, off until a city switches them on; on in the sample city. */
import type { City } from '../../city/index.ts';
import { parseRule } from './parse.ts';
import type { Rule } from './schema.ts';
import standard from './standard.json' with { type: 'json' };

export const standardRules = ({ simulated }: Pick<City, 'simulated'>): readonly Rule[] =>
  standard.map((rule) => ({ ...parseRule(rule), version: 1, enabled: simulated }));
