import { Problem } from '../../base/problem.ts';
import { parseAttribute, parseFragment, parsePartial, patchInstance, type InstanceName } from '../../ngsild/index.ts';
import { isoInstant } from '../decision.ts';
import { append, deleteAttribute, deleteScope, patchAttribute, replaceAttribute, update } from '../rules.ts';
import { bodyOf, flag, linkedContext, optionsOf, type Answer, type Call } from './call.ts';
import { jsonBody, patchBody, type NgsiDeps, type Operation } from './operation.ts';
import { attributeOf, datasetIdOf, isOf, targetOf } from './target.ts';

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
      const { json, context, target, name, path } = await attributeBody(call, deps);
      const partial = parsePartial(json, path, context);
      const command = patchAttribute(target, instanceName(name, partial.datasetId), (stored, at) =>
        patchInstance(stored, partial, path, context, at),
      );
      await deps.entities.run(call.who, call.tenant, command, call.cause);
      return { status: 204 };
    },
  },
  {
    name: 'replaceAttrs',
    method: 'PUT',
    path: '/entities/{entityId}/attrs/{attrId}',
    clause: '6.7.3.3',
    summary: 'Replace an attribute',
    parameters: ['local', 'type'],
    body: jsonBody('AttributeFragment'),
    answers: { 204: null },
    handle: async (call, deps) => {
      const { json, context, target, name, path } = await attributeBody(call, deps);
      const [instance, second] = parseAttribute(json, path, context, { at: isoInstant(deps.now()) });
      if (!instance || second) throw new Problem('bad-data', 'one instance of the attribute is wanted', path);
      await deps.entities.run(call.who, call.tenant, replaceAttribute(target, name, instance), call.cause);
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
      const { context } = await linkedContext(call, deps.contexts);
      const target = targetOf(call, context);
      const name = attributeOf(call, context);
      const which = { all: flag(call, 'deleteAll'), datasetId: datasetIdOf(call.query) };
      const command = name === 'scope' ? deleteScope(target) : deleteAttribute(target, name, which);
      await deps.entities.run(call.who, call.tenant, command, call.cause);
      return { status: 204 };
    },
  },
];

async function setAttributes(call: Call, deps: NgsiDeps): Promise<Answer> {
  const appends = call.operation.method === 'POST';
  const { json, context } = await bodyOf(call, deps.contexts);
  const target = targetOf(call, context);
  const fragment = parseFragment(json, context, { at: isoInstant(deps.now()), nulls: !appends });
  isOf(target.id, fragment.id);
  const command = appends
    ? append(target, fragment, { noOverwrite: optionsOf(call.query).includes('noOverwrite') })
    : update(target, fragment);
  const { updated = [], notUpdated = [] } = await deps.entities.run(call.who, call.tenant, command, call.cause);
  if (notUpdated.length === 0) return { status: 204 };
  // 5.2.18, with whole names, since the answer has no @context (6.3.6).
  const left = notUpdated.map(({ name, reason }) => ({ attributeName: name, reason }));
  return { status: 207, body: { updated, notUpdated: left } };
}

/** The attribute of the path, which a body updates or replaces; the scope is none (5.6.4.4, 5.6.19.4). @throws Problem */
async function attributeBody(call: Call, deps: NgsiDeps) {
  const { json, context } = await bodyOf(call, deps.contexts);
  const target = targetOf(call, context);
  const name = attributeOf(call, context);
  if (name === 'scope') throw new Problem('bad-data', 'the scope is no attribute to be updated by itself', 'attrId');
  return { json, context, target, name, path: context.compact(name) };
}

const instanceName = (name: string, datasetId: string | undefined): InstanceName =>
  datasetId === undefined ? { name } : { name, datasetId };
