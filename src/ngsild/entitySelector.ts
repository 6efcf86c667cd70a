/** Which entities, as a Query and a Subscription name them. CIM 009 v1.9.1, 5.2.33. */
import { isObject } from '../base/json.ts';
import { Problem } from '../base/problem.ts';
import type { Context } from './context.ts';
import { isUri } from './datatypes.ts';
import { compilePattern } from './pattern.ts';
import type { EntitySelector } from './query.ts';
import { parseTypeSelection } from './types.ts';

const members: readonly string[] = ['type', 'id', 'idPattern'];

/** @throws Problem bad-data, too-complex */
export function parseSelector(raw: unknown, field: string, context: Context): EntitySelector {
  if (!isObject(raw)) throw new Problem('bad-data', 'an entity selector is an object', field);
  for (const name in raw) {
    if (members.includes(name)) continue;
    throw new Problem('bad-data', `an entity selector has no "${name.slice(0, 50)}"`, `${field}.${name}`);
  }
  const { type, id, idPattern } = raw;
  if (type === undefined) throw new Problem('bad-data', 'an entity selector needs a type', `${field}.type`);
  const selection = parseTypeSelection(textOf(type, `${field}.type`), context, `${field}.type`);
  const ids = id === undefined ? undefined : idsOf(id, `${field}.id`);
  const pattern = idPattern === undefined ? undefined : textOf(idPattern, `${field}.idPattern`);
  if (pattern !== undefined) compilePattern(pattern, `${field}.idPattern`);
  return {
    ...(selection && { type: selection }),
    // An id takes precedence over a pattern beside it.
    ...(ids ? { ids } : pattern !== undefined && { idPattern: pattern }),
  };
}

function textOf(raw: unknown, field: string): string {
  if (typeof raw === 'string' && raw !== '') return raw;
  throw new Problem('bad-data', 'a text is expected', field);
}

function idsOf(raw: unknown, field: string): readonly string[] {
  const ids: readonly unknown[] = Array.isArray(raw) ? raw : [raw];
  const isGood = ids.length > 0 && ids.every((id): id is string => typeof id === 'string' && isUri(id));
  if (!isGood) throw new Problem('bad-data', 'a URI or a non-empty array of URIs is expected', field);
  return [...new Set(ids as readonly string[])];
}
