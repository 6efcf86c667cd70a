/** What needs attention, in words: the watches' findings and what modules add. */
import { coreContext } from '../../ngsild/index.ts';
import type { HomePart } from '../../http/index.ts';
import { type City, formatNumber, inLanguage, type Position } from '../../ui/index.ts';
import type { Found } from './cityState.ts';
import {
  districtIdOf,
  districtName,
  entityPath,
  first,
  isSimulated,
  nameOf,
  placeOf,
  positionOf,
  type ValueView,
  valueView,
} from './view.ts';

export type Attention = {
  readonly severity: 'trouble' | 'warn';
  readonly title: string;
  readonly text?: string;
  /** Without language. */
  readonly href: string;
  readonly where?: string;
  readonly district?: string;
  readonly sinceMs?: number;
  readonly at?: Position;
  readonly simulated: boolean;
  /** The value that the title speaks of. */
  readonly value?: ValueView;
  readonly name?: string;
};

/** Fills `{name}`, `{district}`, `{count}` and `{value}` of a watch's title. */
export function attentionOf({ watch, entity, count }: Found, city: City, language: string): Attention {
  const districtId = districtIdOf(entity, city);
  const district = districtName(districtId, city, language);
  const attribute = watch.value === undefined ? undefined : coreContext.expand(watch.value);
  const instance = attribute === undefined ? undefined : first(entity, attribute);
  const value = attribute !== undefined && instance ? valueView(attribute, instance, language) : undefined;
  const name = nameOf(entity, language).text;
  const words: Record<string, string> = {
    name,
    district: district ?? name,
    count: formatNumber(count, language),
    value: value?.text ?? '–',
  };
  const at = positionOf(entity);
  const place = placeOf(entity, language);
  const where = [district, place].filter((part) => part !== undefined && !name.includes(part)).join(', ');
  return {
    severity: watch.severity,
    title: inLanguage(watch.title, language).text.replace(/\{(\w+)\}/g, (whole, key: string) => words[key] ?? whole),
    ...(watch.text && { text: inLanguage(watch.text, language).text }),
    href: entityPath(entity.id),
    ...(where !== '' && { where }),
    ...(districtId !== undefined && { district: districtId }),
    ...(value?.at !== undefined && { sinceMs: value.at }),
    ...(at && { at }),
    simulated: isSimulated(entity),
    ...(value && { value }),
    name,
  };
}

/** A module's finding in the same shape. */
export function attentionOfPart(item: NonNullable<HomePart['attention']>[number]): Attention {
  const { location, sinceMs, where, text, ...rest } = item;
  return {
    ...rest,
    ...(text !== undefined && { text }),
    ...(where !== undefined && { where }),
    ...(sinceMs !== undefined && { sinceMs }),
    ...(location && { at: location }),
  };
}
