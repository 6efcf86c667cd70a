/**
 * Which entities match by what they were within an interval (CIM 009 v1.9.1, 5.7.4.4): some instance of each attribute that
 * the query speaks of. Comparisons with numbers are made in SQL; everything else is read and decided by the same
 * evaluation that current state uses.
 */
import { Problem } from '../../base/problem.ts';
import { evaluateGeo, evaluateQ, evaluateScope, scopeIri, typesHold } from '../../ngsild/index.ts';
import type { Entity, EntityQuery, GeoNode, QNode, ScopeNode, Sight } from '../../ngsild/index.ts';
import { flag } from './batch.ts';
import { toHistories } from './instances.ts';
import { numberRanges, withinRanges } from './numbers.ts';
import type { Leaf } from './numbers.ts';
import type { RemoteEngine } from './remote.ts';
import type { Selection } from './selection.ts';
import type { Words } from './words.ts';

/** Values read for one group of entities. */
const valuesMax = 100_000;
const entitiesAtOnce = 500;

type Interval = Pick<Selection, 'kinds' | 'by' | 'timed' | 'from' | 'to'>;

export type Matcher = {
  readonly engine: Pick<RemoteEngine, 'call'>;
  readonly words: Words;
  readonly interval: Interval;
};

/**
 * @param entities in ascending order
 * @returns those that match, in ascending order
 * @throws Problem too-complex when the values of a single entity within the interval are more than can be read for this
 */
export async function matchingEntities(
  matcher: Matcher,
  entities: readonly number[],
  { q, geo, scope, also = [] }: Pick<EntityQuery, 'q' | 'geo' | 'scope' | 'also'>,
): Promise<readonly number[]> {
  let left = entities;
  for (const sight of also) left = await sightMatches(matcher, left, sight);
  if (q) left = await qMatches(matcher, left, q);
  if (geo) left = await geoMatches(matcher, left, geo);
  if (scope) left = await scopeMatches(matcher, left, scope);
  return left;
}

async function qMatches(matcher: Matcher, entities: readonly number[], q: QNode): Promise<readonly number[]> {
  if (entities.length === 0) return [];
  if (!('of' in q)) return leafMatches(matcher, entities, q);
  return together(q, entities, (left, part) => qMatches(matcher, left, part));
}

/** What policies ask of values may have been so at any time of the interval. */
async function sightMatches(matcher: Matcher, entities: readonly number[], sight: Sight): Promise<readonly number[]> {
  const { words } = matcher;
  if (sight.node === 'q') return qMatches(matcher, entities, sight.q);
  if (sight.node === 'types') return entities.filter((id) => typesHold(sight, words.kind(words.entity(id).kind).types));
  return together(sight, entities, (left, part) => sightMatches(matcher, left, part));
}

async function together<Part>(
  { node, of }: { readonly node: 'and' | 'or'; readonly of: readonly Part[] },
  entities: readonly number[],
  matching: (entities: readonly number[], part: Part) => Promise<readonly number[]>,
): Promise<readonly number[]> {
  let left = entities;
  if (node === 'and') {
    for (const part of of) left = await matching(left, part);
    return left;
  }
  const found = new Set<number>();
  for (const part of of) {
    for (const id of await matching(left, part)) found.add(id);
    left = entities.filter((id) => !found.has(id));
  }
  return entities.filter((id) => found.has(id));
}

async function leafMatches(matcher: Matcher, entities: readonly number[], leaf: Leaf): Promise<readonly number[]> {
  const { engine, words, interval } = matcher;
  const { names } = leaf.path;
  const attr = words.attrs.find(names[0] ?? '');
  if (attr === undefined) return [];
  const ranges = numberRanges(leaf);
  const selection = { ...interval, entities, attrs: [attr] };
  const found = new Set(ranges && (await engine.call('entitiesWhere', [selection, withinRanges(ranges)])));
  const left = entities.filter((id) => !found.has(id));
  // History does not know when the entity itself was made or changed: a question about that matches nothing.
  const matches = (entity: Entity): boolean => evaluateQ(leaf, entity);
  const read = { attr, field: 'q', timeless: names.length === 1, ...(ranges && { textOnly: true as const }) };
  for (const id of await valuesMatch(matcher, left, read, matches)) found.add(id);
  return entities.filter((id) => found.has(id));
}

function geoMatches(matcher: Matcher, entities: readonly number[], geo: GeoNode): Promise<readonly number[]> {
  const attr = matcher.words.attrs.find(geo.property);
  if (attr === undefined) return Promise.resolve([]);
  return valuesMatch(matcher, entities, { attr, field: 'georel', timeless: true }, (entity) =>
    evaluateGeo(geo, entity),
  );
}

type ValuesToRead = {
  readonly attr: number;
  /** Of the question, for Problems. */
  readonly field: string;
  /** Only different values count, not when they were. */
  readonly timeless: boolean;
  readonly textOnly?: true;
};

/** The entities that match by their values of one attribute. */
async function valuesMatch(
  { engine, words, interval }: Matcher,
  entities: readonly number[],
  { attr, field, timeless, textOnly }: ValuesToRead,
  matches: (entity: Entity) => boolean,
): Promise<readonly number[]> {
  const found: number[] = [];
  const groups = inGroups(entities);
  for (let group = groups.shift(); group; group = groups.shift()) {
    const selection = { ...interval, entities: group, attrs: [attr], ...(textOnly && { textOnly }) };
    const rows = await engine.call(timeless ? 'values' : 'instances', [selection, valuesMax]);
    if (rows.truncated) {
      const half = Math.ceil(group.length / 2);
      if (half === group.length) throw tooManyValues(words.attrs.text(attr), field);
      groups.unshift(group.slice(0, half), group.slice(half));
      continue;
    }
    for (const { id, type, attrs } of toHistories(rows, group, undefined, words)) {
      const values = Object.fromEntries(
        attrs.map(({ name, instances }) => [name, instances.filter(({ deletedAt }) => deletedAt === undefined)]),
      );
      const number = words.findEntity(words.entity(group[0] ?? 0).tenant, id);
      if (number !== undefined && matches({ id, type, createdAt: '', modifiedAt: '', attrs: values }))
        found.push(number);
    }
  }
  return found;
}

function inGroups(entities: readonly number[]): (readonly number[])[] {
  const groups: (readonly number[])[] = [];
  for (let at = 0; at < entities.length; at += entitiesAtOnce) groups.push(entities.slice(at, at + entitiesAtOnce));
  return groups;
}

const tooManyValues = (name: string, field: string): Problem =>
  new Problem(
    'too-complex',
    `more than ${valuesMax} values of "${name}" would have to be read; ask for a shorter time`,
    field,
  );

/**
 * The scopes that an entity had within the interval: those set within it, and the one that held when it began (C.5.16). A
 * scope that was given without a time holds from the beginning.
 */
async function scopeMatches(
  { engine, words, interval }: Matcher,
  entities: readonly number[],
  scope: ScopeNode,
): Promise<readonly number[]> {
  const attr = words.attrs.find(scopeIri);
  if (attr === undefined || entities.length === 0) return [];
  const { kinds, by, from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY } = interval;
  const ever: Interval = { kinds, by: by === 'deletedAt' ? 'modifiedAt' : by, timed: false };
  const hasTime = (flags: number): boolean => by !== 'observedAt' || (flags & (flag.observed | flag.deleted)) !== 0;
  const found: number[] = [];
  for (const group of inGroups(entities)) {
    const { rows, truncated } = await engine.call('instances', [
      { ...ever, entities: group, attrs: [attr] },
      valuesMax,
    ]);
    if (truncated) throw tooManyValues('scope', 'scopeQ');
    const held = new Map<number, string[][]>();
    for (const [entity, , , , flags, , , , , , , text, , t] of rows) {
      if (hasTime(flags) && t >= to) continue;
      const known = held.get(entity) ?? [];
      // They come in order: as long as the interval has not begun, each replaces the one before.
      if (hasTime(flags) && t < from) known.length = 0;
      known.push((flags & flag.deleted) !== 0 || text === null ? [] : [JSON.parse(text) as string | string[]].flat());
      held.set(entity, known);
    }
    found.push(...group.filter((id) => held.get(id)?.some((scopes) => evaluateScope(scope, scopes)) === true));
  }
  return found;
}
