/** translations.txt and the language of the feed: texts by language. */
import type { Names } from '../words.ts';
import type { FeedFiles } from './source.ts';
import { readRows } from './row.ts';

export type Translations = {
  /**
   * @param text in the feed's own language
   * @param record id of the record that has the text
   */
  names(table: string, field: string, text: string, record: string): Names;
  /** Translations by text alone, for texts that many records share. */
  ofText(table: string, field: string, text: string): Names;
};

const spec = {
  file: 'translations.txt',
  columns: ['table_name', 'field_name', 'language', 'translation', 'record_id', 'record_sub_id', 'field_value'],
  required: ['table_name', 'field_name', 'language', 'translation'],
} as const;

const languagePattern = /^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$/i;

/** @param ownLanguage BCP 47, of the texts in the other files; `mul` and absent say nothing */
export async function readTranslations(
  { zip, folder, faults }: FeedFiles,
  ownLanguage: string | undefined,
): Promise<Translations> {
  const byRecord = new Map<string, Record<string, string>>();
  const byText = new Map<string, Record<string, string>>();
  await readRows(zip, folder + spec.file, spec, faults, (row) => {
    const table = row.required('table_name');
    const field = row.required('field_name');
    const language = row.required('language');
    const translation = row.required('translation');
    if (table === undefined || field === undefined || language === undefined || translation === undefined) return;
    if (!languagePattern.test(language)) {
      row.fault(
        'unexpected_enum_value',
        'language',
        `found "${language.slice(0, 40)}", wanted a language tag such as tg`,
      );
      return;
    }
    const record = row.text('record_id');
    const value = row.text('field_value');
    if ((record === '') === (value === '') && table !== 'feed_info') {
      row.fault('missing_required_field', 'record_id', 'wanted either record_id or field_value');
      return;
    }
    const into = value === '' ? byRecord : byText;
    const key = keyOf(table, field, value === '' ? record : value);
    const known = into.get(key);
    if (known) known[language] = translation;
    else into.set(key, { [language]: translation });
  });
  const own = ownLanguage === undefined || ownLanguage.toLowerCase() === 'mul' ? undefined : ownLanguage;
  const withOwn = (text: string, more: Names | undefined): Names =>
    text === '' ? {} : { ...(own !== undefined && { [own]: text }), ...more };
  return {
    names: (table, field, text, record) =>
      withOwn(text, { ...byText.get(keyOf(table, field, text)), ...byRecord.get(keyOf(table, field, record)) }),
    ofText: (table, field, text) => withOwn(text, byText.get(keyOf(table, field, text))),
  };
}

const keyOf = (table: string, field: string, of: string): string => `${table}\n${field}\n${of}`;
