/** What changed, as a line of text in the reader's language: for the list on the page and for the live stream. */
import { coreContext, type Json } from '../../ngsild/index.ts';
import { attributeRank, attributeWord, typeWord } from './vocabulary/index.ts';
import { districtName, localId, valueText } from './view.ts';
import { pageWords } from './messages/index.ts';
import { type City, unitSymbol } from '../../ui/index.ts';

/** As `broker/live.ts` tells it; names are IRIs. */
export type Change = {
  readonly seq: number;
  readonly at: number;
  readonly kind: 'born' | 'changed' | 'gone';
  readonly id: string;
  readonly type: string;
  readonly values: readonly { readonly name: string; readonly value: Json; readonly unitCode?: string }[];
  readonly location?: readonly [number, number];
  readonly notable: boolean;
};

/** What the live island needs of a change; see `ui/islands/stream.island.ts`. */
export type DescribedChange = {
  readonly seq: number;
  readonly at: number;
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly text: string;
  /** Lines with the same key take each other's place. */
  readonly key: string;
  readonly location?: readonly [number, number];
};

/** Readings of one kind share a line: a bus reports every five seconds and must not push everything else away. */
export const keyOf = (change: Change): string => (change.notable ? change.id : change.type);

/** Lines of one type of entity in the list, so that forty buses leave room for one burst main. */
export const linesPerType = 2;

const districtIri = coreContext.expand('district');

/** Up to two values, the most telling first. Empty when there is nothing to say but a new position. */
export function changeText(change: Change, language: string, city: City): string {
  const t = pageWords(language);
  if (change.kind !== 'changed') return t(change.kind);
  const values = change.values.filter(({ value }) => value !== null && typeof value !== 'object');
  // Of a notable change the words that changed are the news; otherwise the numbers.
  const rank = ({ name, value }: Change['values'][number]): number =>
    attributeRank(name) + (change.notable === (typeof value === 'number') ? 1000 : 0);
  return values
    .toSorted((a, b) => rank(a) - rank(b))
    .slice(0, change.notable ? 1 : 2)
    .map(({ name, value, unitCode }) => {
      const unit = unitCode === undefined ? '' : `\u00a0${unitSymbol(unitCode, language)}`;
      const district =
        name === districtIri && typeof value === 'string' ? districtName(value, city, language) : undefined;
      const text = district ?? valueText(value, language);
      return `${attributeWord(name, language)} ${text}${unit}`;
    })
    .join(', ');
}

/**
 * @param nameOf the entity's name where it is known already; a stream does not wait for it
 */
export function describeChange(
  change: Change,
  language: string,
  city: City,
  nameOf: (id: string) => string | undefined,
): DescribedChange {
  const name = nameOf(change.id) ?? `${typeWord(change.type, language)} ${localId(change.id)}`;
  return {
    seq: change.seq,
    at: change.at,
    id: change.id,
    type: typeWord(change.type, language),
    name,
    text: changeText(change, language, city),
    key: keyOf(change),
    ...(change.location && { location: change.location }),
  };
}
