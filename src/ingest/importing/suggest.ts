/** `chorsu import FILE --suggest`: a whole mapping file, to be read and corrected before it is used. */
import { basename } from 'node:path';
import { Problem } from '../../base/problem.ts';
import { slug, type Language } from '../../city/index.ts';
import { findImporter } from './importers.ts';

/**
 * @param languages of the city, the first for readers who ask for none
 * @returns a mapping file: one source, whose words still have to be written, and one mapping
 * @throws Problem bad-data, not-found; not-supported when nothing can be suggested for such a file
 */
export async function suggestedMapping(file: string, languages: readonly Language[]): Promise<object> {
  const importer = await findImporter(file);
  if (!importer.suggest) {
    throw new Problem(
      'not-supported',
      `a mapping for ${importer.accepts} has to be written by hand: docs/mapping.md`,
      'file',
    );
  }
  const { note, kind, mapping } = await importer.suggest(file, languages);
  const name = basename(file).replace(/\.[^.]*$/, '');
  const id = slug(name).slice(0, 63) || 'file';
  const [language = 'en'] = languages;
  const toSay = (what: string) => ({ [language]: `(${what})` });
  return {
    note,
    sources: [
      {
        id,
        name: { [language]: name },
        purpose: toSay('what the data are used for'),
        owner: toSay('who answers for them'),
        legalBasis: toSay('law, contract or licence'),
        retentionDays: null,
        personal: 'none',
        granularity: 'object',
        kind,
        expectedEveryS: null,
      },
    ],
    mappings: [{ source: id, ...mapping }],
  };
}
