/** What a city watches, as data. The thresholds of the default watches are proposals that a city's file replaces. */
import { isObject } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import type { Watch } from './profile.ts';
import standard from './watches.json' with { type: 'json' };
import { keysOnly, oneOf, text, words } from './words.ts';

/** Generic watches by entity type; they find nothing in a city that has no such entities. */
export function defaultWatches(): Watch[] {
  return parseWatches(standard, 'watches.json: ');
}

export function parseWatches(value: unknown, at: string): Watch[] {
  if (!Array.isArray(value)) throw new Problem('bad-data', 'expected "default" or a list of watches', at);
  return value.map((item, i) => {
    const here = `${at}[${i}]`;
    if (!isObject(item)) throw new Problem('bad-data', 'expected a watch', here);
    keysOnly(item, ['id', 'severity', 'type', 'q', 'value', 'title', 'text'], `${here}.`);
    const { value: attribute, text: more } = item;
    return {
      id: text(item['id'], `${here}.id`),
      severity: oneOf(item['severity'], ['trouble', 'warn'] as const, `${here}.severity`),
      type: text(item['type'], `${here}.type`),
      q: text(item['q'], `${here}.q`),
      ...(attribute !== undefined && { value: text(attribute, `${here}.value`) }),
      title: words(item['title'], `${here}.title`),
      ...(more !== undefined && { text: words(more, `${here}.text`) }),
    };
  });
}
