/** `"languages": { "tg": "properties[\"name:tg\"]", ... }`: one text in several languages, each from its own path. */
import { languages as known } from '../../city/index.ts';
import type { AttributeReader } from './attribute.ts';
import type { Cursor } from './cursor.ts';
import { compilePath } from './path.ts';

/** Texts longer than this are no names. */
const textMax = 10_000;

/**
 * Languages that have no text are left out; without any there is no value.
 * @param columns of a table, whose columns are named instead of paths: collects them
 */
export function compileLanguages(at: Cursor, columns: Set<string> | undefined): AttributeReader['take'] {
  const getters = at.entries().map(([language, item]) => {
    if (!(known as readonly string[]).includes(language) && language !== '@none') {
      item.fault(`a language: ${known.join(', ')}, or @none`);
    }
    columns?.add(item.text());
    const get = compilePath(columns ? `[${JSON.stringify(item.text())}]` : item.text());
    if (!get) item.fault('a path such as properties["name:tg"]');
    return { language, get };
  });
  if (getters.length === 0) at.fault('an object: language -> path');
  return ({ payload, observedAt }) => {
    const map: Record<string, string> = {};
    for (const { language, get } of getters) {
      const text = get?.(payload);
      if (typeof text !== 'string' || text.trim() === '' || text.length > textMax || !text.isWellFormed()) continue;
      map[language] = text.trim();
    }
    return Object.keys(map).length === 0 ? undefined : { type: 'LanguageProperty', value: map, observedAt };
  };
}
