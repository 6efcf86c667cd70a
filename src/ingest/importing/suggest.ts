/** `chorsu import FILE --suggest`: a whole mapping file, to be read and completed before it is used. */
import { basename } from 'node:path';
import { Problem } from '../../base/problem.ts';
import { slug, type Language } from '../../city/index.ts';
import type { MappingSuggestion, SuggestAbout } from './importer.ts';
import { findImporter } from './importers.ts';
import type { Remark } from './remark.ts';

/** @throws Problem bad-data, not-found; not-supported when nothing can be suggested for such a file */
export async function suggestedMapping(
  file: string,
  about: SuggestAbout,
): Promise<{ readonly file: SuggestedFile; readonly doubts: readonly Remark[] }> {
  const importer = await findImporter(file);
  if (!importer.suggest) {
    throw new Problem('not-supported', `for ${importer.accepts} no mapping is suggested: docs/mapping.md`, 'file');
  }
  const suggestion = await importer.suggest(file, about);
  return {
    file: suggestedFile(suggestion, about.name ?? basename(file), about.city.languages),
    doubts: suggestion.doubts,
  };
}

export type SuggestedFile = {
  readonly note: string;
  readonly sources: readonly Readonly<Record<string, unknown>>[];
  readonly mappings: readonly Readonly<Record<string, unknown>>[];
};

/**
 * The suggested mapping, and a source whose declaration is left open: the file is refused until somebody has written down
 * what the data are for. Nobody can suggest that.
 * @param languages of the city, the first for readers who ask for none
 */
export function suggestedFile(
  { mapping, doubts, kind }: MappingSuggestion,
  fileName: string,
  languages: readonly Language[],
): SuggestedFile {
  const name = fileName.replace(/\.[^.]*$/, '');
  const id = slug(name).slice(0, 60) || 'file';
  return {
    note: [`Suggested from ${fileName}: look at type and id.`, ...doubts.map(({ text }) => `To decide: ${text}.`)].join(
      ' ',
    ),
    sources: [
      {
        id,
        name: { [languages[0] ?? 'en']: name },
        purpose: '',
        owner: '',
        legalBasis: '',
        retentionDays: null,
        personal: 'none',
        granularity: 'time' in mapping ? 'station' : 'object',
        kind,
        expectedEveryS: null,
      },
    ],
    mappings: [{ source: id, ...mapping }],
  };
}
