import type { Suggestion } from './suggest.ts';

/**
 * A mapping file to edit: the suggested mapping, and a source whose declaration is left open. It is refused until somebody
 * has written down what the data are for; nobody can suggest that.
 */
export function suggestedFile({ mapping, doubts }: Suggestion, name: string): Readonly<Record<string, unknown>> {
  const to = 'time' in mapping ? 'station' : 'object';
  return {
    note: [`Suggested from ${name}.`, ...doubts.map(({ text }) => `To decide: ${text}.`)].join(' '),
    sources: [
      {
        id: mapping['source'],
        name: { en: name },
        purpose: '',
        owner: '',
        legalBasis: '',
        retentionDays: null,
        personal: 'none',
        granularity: to,
        kind: 'csv',
        expectedEveryS: null,
      },
    ],
    mappings: [mapping],
  };
}
