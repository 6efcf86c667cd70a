/**
 * q over history: which entities have, among the instances inside the interval, some that match (CIM 009 v1.9.1,
 * 5.7.4.4; lastN and datasetId cut later). Comparisons with numbers are made in SQL; everything else is read and
 * decided by the same evaluation that current state uses.
 */
import { Problem } from '../../base/problem.ts';
import { evaluateQ } from '../../ngsild/index.ts';
import type { Entity, QNode } from '../../ngsild/index.ts';
import { toHistories } from './instances.ts';
import { numberRanges } from './numbers.ts';
import type { Leaf } from './numbers.ts';
import type { RemoteEngine } from './remote.ts';
import type { Selection } from './selection.ts';
import type { Words } from './words.ts';

/** Instances read for one group of entities. */
const instancesMax = 100_000;
const entitiesAtOnce = 100;

/**
 * @param selection which entities, and the interval
 * @returns the entities that match, in their order
 * @throws Problem too-complex when a hundred entities have more instances in the interval than can be read for this
 */
export async function matchingEntities(
  engine: Pick<RemoteEngine, 'call'>,
  words: Words,
  selection: Selection,
  q: QNode,
): Promise<readonly number[]> {
  if (selection.entities.length === 0) return [];
  if (!('of' in q)) return leafMatches(engine, words, selection, q);
  if (q.node === 'and') {
    let left = selection.entities;
    for (const part of q.of) left = await matchingEntities(engine, words, { ...selection, entities: left }, part);
    return left;
  }
  const found = new Set<number>();
  for (const part of q.of) {
    const left = selection.entities.filter((id) => !found.has(id));
    for (const id of await matchingEntities(engine, words, { ...selection, entities: left }, part)) found.add(id);
  }
  return selection.entities.filter((id) => found.has(id));
}

async function leafMatches(
  engine: Pick<RemoteEngine, 'call'>,
  words: Words,
  selection: Selection,
  leaf: Leaf,
): Promise<readonly number[]> {
  const attr = words.attrs.find(leaf.path.names[0] ?? '');
  if (attr === undefined) return [];
  const { by, timed, from, to, kinds, entities } = selection;
  const interval: Omit<Selection, 'entities'> = {
    kinds,
    by,
    timed,
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    attrs: [attr],
  };
  const found = new Set<number>();
  const ranges = numberRanges(leaf);
  if (ranges) {
    for (const id of await engine.call('entitiesWithNumbers', [{ ...interval, entities }, ranges])) found.add(id);
  }
  const left = entities.filter((id) => !found.has(id));
  for (let at = 0; at < left.length; at += entitiesAtOnce) {
    const group = left.slice(at, at + entitiesAtOnce);
    const rows = await engine.call('instances', [
      { ...interval, entities: group, ...(ranges && { textOnly: true }) },
      instancesMax,
    ]);
    if (rows.truncated) {
      throw new Problem(
        'too-complex',
        `q would have to read more than ${instancesMax} values of "${leaf.path.names[0]}"; ask for fewer entities or a shorter time`,
        'q',
      );
    }
    const histories = toHistories(rows, group, undefined, words);
    for (const { id, type, attrs } of histories) {
      const values = Object.fromEntries(
        attrs.map(({ name, instances }) => [name, instances.filter(({ deletedAt }) => deletedAt === undefined)]),
      );
      // History does not know when the entity itself was made or changed: a question about that matches nothing.
      const entity: Entity = { id, type, createdAt: '', modifiedAt: '', attrs: values };
      const number = evaluateQ(leaf, entity) ? words.findEntity(words.entity(group[0] ?? 0).tenant, id) : undefined;
      if (number !== undefined) found.add(number);
    }
  }
  return entities.filter((id) => found.has(id));
}
