/**
 * How entity types, attributes and word values are called in the reader's language. What has no entry shows its name in
 * the default context: honest, and a sign to add a line here.
 */
import { catalogue } from '../../../ui/index.ts';
import { coreContext } from '../../../ngsild/index.ts';
import { en, type Word } from './en.ts';
import { kk } from './kk.ts';
import { ru } from './ru.ts';
import { tg } from './tg.ts';
import { uz } from './uz.ts';

export const vocabulary = catalogue({ tg, ru, uz, kk, en });

const known = (key: string): key is Word => Object.hasOwn(en, key);

/** @param iri of an entity type */
export function typeWord(iri: string, language: string, several = false): string {
  const name = coreContext.compact(iri);
  const key = `type.${name}.${several ? 'p' : 's'}`;
  return known(key) ? vocabulary(language)(key) : name;
}

/** @param iri of an attribute */
export function attributeWord(iri: string, language: string): string {
  const name = coreContext.compact(iri);
  const key = `attr.${name}`;
  return known(key) ? vocabulary(language)(key) : name;
}

/** A word of a device (`on`, `lost`) or yes and no; the word itself when we have none for it. */
export function valueWord(value: string | boolean, language: string): string {
  const key = `value.${value}`;
  return known(key) ? vocabulary(language)(key) : String(value);
}

const order = new Map(Object.keys(en).map((key, i) => [key, i]));

/** What a reader wants to see first stands first in the tables; unknown attributes come last. */
export const attributeRank = (iri: string): number => order.get(`attr.${coreContext.compact(iri)}`) ?? 10_000;
