import { Problem } from '../../base/problem.ts';
import { parseFragment, parsePartial, patchInstance } from '../../ngsild/index.ts';
import { isoInstant } from '../decision.ts';
import type { UpdateResult } from '../entities.ts';
import { bodyOf, linkedContext, type Answer, type Call } from './call.ts';
import { jsonBody, patchBody, type NgsiDeps, type Operation } from './operation.ts';

/** `/entities/{entityId}/attrs`, 6.6, and `/entities/{entityId}/attrs/{attrId}`, 6.7. */
export const attributes: readonly Operation[] = [
  {
    name: 'appendAttrs',
    method: 'POST',
    path: '/entities/{entityId}/attrs',
    clause: '6.6.3.1',
    summary: 'Append attributes to an entity',
    parameters: ['options', 'local', 'type'],
    options: ['noOverwrite'],
    body: jsonBody('EntityFragment'),
    answers: { 204: null, 207: 'UpdateResult' },
    handle: setAttributes,
  },
  {
    name: 'updateEntity',
    method: 'PATCH',
    path: '/entities/{entityId}/attrs',
    clause: '6.6.3.2',
    summary: 'Update attributes of an entity',
    parameters: ['local', 'type'],
    body: patchBody('EntityFragment'),
    answers: { 204: null, 207: 'UpdateResult' },
    handle: setAttributes,
  },
  {
    name: 'updateAttrs',
    method: 'PATCH',
    path: '/entities/{entityId}/attrs/{attrId}',
    clause: '6.7.3.1',
    summary: 'Update members of an attribute',
    parameters: ['local', 'type'],
    body: patchBody('AttributeFragment'),
    answers: { 204: null },
    handle: async (call, deps) => {
      const { entityId = '', attrId = '' } = call.of;
      const { json, context } = await bodyOf(call, deps.contexts);
      const partial = parsePartial(json, attrId, context);
      await deps.entities.mergeAttribute(
        call.who,
        call.tenant,
        entityId,
        context.expand(attrId),
        partial.datasetId,
        (stored, at) => patchInstance(stored, partial, attrId, context, at),
        call.cause,
      );
      return { status: 204 };
    },
  },
  {
    name: 'deleteAttrs',
    method: 'DELETE',
    path: '/entities/{entityId}/attrs/{attrId}',
    clause: '6.7.3.2',
    summary: 'Delete an attribute',
    parameters: ['datasetId', 'deleteAll', 'local', 'type'],
    answers: { 204: null },
    handle: async (call, deps) => {
      const { entityId = '', attrId = '' } = call.of;
      const { context } = await linkedContext(call, deps.contexts);
      const datasetId = call.query.get('datasetId');
      const all = call.query.get('deleteAll') === 'true';
      const which = { all, ...(datasetId !== null && datasetId !== '@none' && { datasetId }) };
      await deps.entities.deleteAttribute(call.who, call.tenant, entityId, context.expand(attrId), which, call.cause);
      return { status: 204 };
    },
  },
];

async function setAttributes(call: Call, deps: NgsiDeps): Promise<Answer> {
  const appends = call.operation.method === 'POST';
  const { json, context } = await bodyOf(call, deps.contexts);
  const fragment = parseFragment(json, context, { at: isoInstant(deps.now()), nulls: !appends });
  if (fragment.expiresAt !== undefined) {
    throw new Problem('not-supported', 'expiresAt of an entity can be set when it is created or replaced', 'expiresAt');
  }
  const noOverwrite = appends && (call.query.get('options') ?? '').split(',').includes('noOverwrite');
  const id = call.of['entityId'] ?? '';
  const result = await deps.entities.setAttributes(call.who, call.tenant, id, fragment, { noOverwrite }, call.cause);
  return updateAnswer(result, (iri) => context.compact(iri));
}

function updateAnswer(result: UpdateResult, compact: (iri: string) => string): Answer {
  if (result.notUpdated.length === 0) return { status: 204 };
  return {
    status: 207,
    body: {
      updated: result.updated.map(compact),
      notUpdated: result.notUpdated.map(({ name, reason }) => ({ attributeName: compact(name), reason })),
    },
  };
}
