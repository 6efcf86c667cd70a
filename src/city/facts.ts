/** What is published about a real city: each figure with its source, its year and its bound as published. */
import { isObject } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import { confidences, factKinds, qualifiers, type Fact, type FactSource } from './profile.ts';
import { keysOnly, oneOf, text, words } from './words.ts';

const keys = ['kind', 'label', 'indicator', 'value', 'qualifier', 'unit', 'year', 'confidence', 'note', 'source'];

/**
 * @param value the list `facts` of `city.json`
 * @throws Problem bad-data; a figure without a source is one
 */
export function parseFacts(value: unknown, at: string): Fact[] {
  if (!Array.isArray(value)) throw new Problem('bad-data', 'expected a list of facts', at);
  return value.map((item, i) => parseFact(item, `${at}[${i}]`));
}

function parseFact(value: unknown, at: string): Fact {
  if (!isObject(value)) throw new Problem('bad-data', 'expected { kind, value, year, source }', at);
  keysOnly(value, keys, `${at}.`);
  const kind = oneOf(value['kind'], factKinds, `${at}.kind`);
  const { label, indicator, unit, qualifier, confidence, note } = value;
  // The kinds with a word of their own need none; the others would be numbers that nobody can read.
  const needsLabel = kind === 'other' || kind === 'indicator';
  if (needsLabel !== (label !== undefined)) {
    const wanted = needsLabel ? 'expected words that say what is counted' : `"${kind}" has words of its own`;
    throw new Problem('bad-data', wanted, `${at}.label`);
  }
  if (kind !== 'indicator' && indicator !== undefined) {
    throw new Problem('bad-data', 'only the kind "indicator" has a code', `${at}.indicator`);
  }
  return {
    kind,
    ...(label !== undefined && { label: words(label, `${at}.label`) }),
    ...(kind === 'indicator' && { indicator: text(indicator, `${at}.indicator`) }),
    value: numberOf(value['value'], `${at}.value`),
    ...(qualifier !== undefined && { qualifier: oneOf(qualifier, qualifiers, `${at}.qualifier`) }),
    ...(unit !== undefined && { unit: text(unit, `${at}.unit`) }),
    year: yearOf(value['year'], `${at}.year`),
    ...(confidence !== undefined && { confidence: oneOf(confidence, confidences, `${at}.confidence`) }),
    ...(note !== undefined && { note: text(note, `${at}.note`) }),
    source: parseFactSource(value['source'], `${at}.source`),
  };
}

/** @throws Problem bad-data when it names neither an address nor a document: such a source cannot be looked up */
export function parseFactSource(value: unknown, at: string): FactSource {
  if (!isObject(value)) throw new Problem('bad-data', 'expected the source: { title, url or document, page }', at);
  keysOnly(value, ['title', 'url', 'document', 'page'], `${at}.`);
  const { url, document, page } = value;
  if (url === undefined && document === undefined) {
    throw new Problem('bad-data', 'expected "url" or "document": where the figure can be looked up', at);
  }
  if (url !== undefined && !/^https?:\/\//.test(text(url, `${at}.url`))) {
    throw new Problem('bad-data', 'expected an address that begins with http:// or https://', `${at}.url`);
  }
  return {
    title: text(value['title'], `${at}.title`),
    ...(url !== undefined && { url: text(url, `${at}.url`) }),
    ...(document !== undefined && { document: text(document, `${at}.document`) }),
    ...(page !== undefined && { page: text(page, `${at}.page`) }),
  };
}

function numberOf(value: unknown, at: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new Problem('bad-data', `expected a number, found ${JSON.stringify(value)}`, at);
  }
  return value;
}

/** Said even when it is unknown: a missing year would be forgotten, null is an answer. */
function yearOf(value: unknown, at: string): number | null {
  if (value === null) return null;
  if (!Number.isInteger(value) || (value as number) < 1000 || (value as number) > 2200) {
    throw new Problem('bad-data', `expected a year, or null when the source gives none`, at);
  }
  return value as number;
}
