import { Problem } from '../../base/problem.ts';
import { isUri, parseTemporalFragment, parseTemporalInstance, scopeIri, type Context } from '../../ngsild/index.ts';
import { isoInstant } from '../decision.ts';
import type { InstanceOf } from '../temporal.ts';
import { bodyOf, flag, linkedContext, type Call } from './call.ts';
import { jsonBody, patchBody, type Operation } from './operation.ts';
import { attributeOf, datasetIdOf, entityIdOf, isOf } from './target.ts';

/** `/temporal/entities/{entityId}/attrs`, 6.20, to `/temporal/entities/{entityId}/attrs/{attrId}/{instanceId}`, 6.22. */
export const temporalAttributes: readonly Operation[] = [
  {
    name: 'appendAttrsTemporal',
    method: 'POST',
    path: '/temporal/entities/{entityId}/attrs',
    clause: '6.20.3.1',
    summary: 'Add instances of attributes to the temporal evolution of an entity',
    parameters: ['local'],
    body: jsonBody('EntityTemporalFragment'),
    answers: { 204: null },
    handle: async (call, deps) => {
      const id = entityIdOf(call);
      const { json, context } = await bodyOf(call, deps.contexts);
      const past = parseTemporalFragment(json, context, { at: isoInstant(deps.now()) });
      isOf(id, past.id);
      if (Object.keys(past.attrs).length === 0 && past.type.length === 0)
        throw new Problem('bad-data', 'there is nothing to add');
      await deps.temporal.add(call.who, call.tenant, id, past, call.cause);
      return { status: 204 };
    },
  },
  {
    name: 'deleteAttrsTemporal',
    method: 'DELETE',
    path: '/temporal/entities/{entityId}/attrs/{attrId}',
    clause: '6.21.3.1',
    summary: 'Delete an attribute from the temporal evolution of an entity',
    parameters: ['datasetId', 'deleteAll', 'local'],
    answers: { 204: null },
    handle: async (call, deps) => {
      const id = entityIdOf(call);
      const { context } = await linkedContext(call, deps.contexts);
      const name = nameOf(call, context);
      const datasetId = datasetIdOf(call.query);
      const which = flag(call, 'deleteAll') ? { all: true as const } : datasetId !== undefined && { datasetId };
      await deps.temporal.deleteAttribute(call.who, call.tenant, id, { name, ...which }, call.cause);
      return { status: 204 };
    },
  },
  {
    name: 'updateAttrsTemporal',
    method: 'PATCH',
    path: '/temporal/entities/{entityId}/attrs/{attrId}/{instanceId}',
    clause: '6.22.3.1',
    summary: 'Replace an instance of an attribute in the temporal evolution of an entity',
    parameters: ['local'],
    body: patchBody('AttributeInstance'),
    answers: { 204: null },
    handle: async (call, deps) => {
      const { json, context } = await bodyOf(call, deps.contexts);
      const which = instanceOf(call, context);
      const instance = parseTemporalInstance(json, which.name, context, { at: isoInstant(deps.now()) });
      await deps.temporal.replaceInstance(call.who, call.tenant, which, instance, call.cause);
      return { status: 204 };
    },
  },
  {
    name: 'deleteAttrInstanceTemporal',
    method: 'DELETE',
    path: '/temporal/entities/{entityId}/attrs/{attrId}/{instanceId}',
    clause: '6.22.3.2',
    summary: 'Delete an instance of an attribute from the temporal evolution of an entity',
    parameters: ['local'],
    answers: { 204: null },
    handle: async (call, deps) => {
      const { context } = await linkedContext(call, deps.contexts);
      await deps.temporal.deleteInstance(call.who, call.tenant, instanceOf(call, context), call.cause);
      return { status: 204 };
    },
  },
];

/** History keeps scopes as an attribute (4.5.6). */
function nameOf(call: Call, context: Context): string {
  const name = attributeOf(call, context);
  return name === 'scope' ? scopeIri : name;
}

/** @throws Problem bad-data */
function instanceOf(call: Call, context: Context): InstanceOf {
  const { instanceId = '' } = call.of;
  const id = entityIdOf(call);
  const name = nameOf(call, context);
  if (!isUri(instanceId)) throw new Problem('bad-data', `"${instanceId.slice(0, 100)}" is no URI`, 'instanceId');
  return { id, name, instanceId };
}
