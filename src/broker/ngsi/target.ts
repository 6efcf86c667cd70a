/** The entity and the attribute that a path names, checked as 5.6 asks. */
import { Problem } from '../../base/problem.ts';
import { attributeIri, isUri, parseTypeSelection, type Context } from '../../ngsild/index.ts';
import type { Target } from '../rules.ts';
import type { Call } from './call.ts';

/** @throws Problem bad-data */
export function entityIdOf(call: Call): string {
  const { entityId = '' } = call.of;
  if (!isUri(entityId)) throw new Problem('bad-data', `"${entityId.slice(0, 100)}" is no URI`, 'entityId');
  return entityId;
}

/** With the parameter `type`, 4.17. @throws Problem bad-data */
export function targetOf(call: Call, context: Context): Target {
  const id = entityIdOf(call);
  const type = call.query.get('type');
  return type === null ? { id } : { id, type: parseTypeSelection(type, context) };
}

/** A fragment may repeat the id, but name no other (5.4). @throws Problem bad-data */
export function isOf(id: string, given: string | undefined): void {
  if (given !== undefined && given !== id)
    throw new Problem('bad-data', `the path names ${id}, the body ${given}`, 'id');
}

/** The IRI of the attribute; `scope` stands for itself. @throws Problem bad-data */
export function attributeOf(call: Call, context: Context): string {
  const { attrId = '' } = call.of;
  return context.name(attrId).member === 'scope' ? 'scope' : attributeIri(attrId, context, 'attrId');
}

/** The parameter `datasetId`; undefined: the default instance. @throws Problem bad-data */
export function datasetIdOf(query: URLSearchParams): string | undefined {
  const given = query.get('datasetId');
  if (given === null || given === '' || given === '@none') return undefined;
  if (!isUri(given)) throw new Problem('bad-data', 'a datasetId is a URI or @none (4.5.5)', 'datasetId');
  return given;
}
