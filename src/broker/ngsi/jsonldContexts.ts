import { isObject, parseJson } from '../../base/json.ts';
import { Problem } from '../../base/problem.ts';
import type { ContextDocument } from '../../ngsild/index.ts';
import { contextKinds, contextPath } from '../contexts/index.ts';
import { accepted, checkMedia, flag, type Call } from './call.ts';
import { jsonBody, type Operation } from './operation.ts';

/** `/jsonldContexts`, 6.29, and `/jsonldContexts/{contextId}`, 6.30. */
export const jsonldContexts: readonly Operation[] = [
  {
    name: 'addContext',
    method: 'POST',
    path: '/jsonldContexts',
    clause: '6.29.3.1',
    summary: 'Store an @context',
    parameters: [],
    body: jsonBody('ContextDocument'),
    answers: { 201: null },
    handle: async (call, { contexts }) => {
      const id = await contexts.add(documentOf(call));
      return { status: 201, headers: { location: contextPath(id) } };
    },
  },
  {
    name: 'listContexts',
    method: 'GET',
    path: '/jsonldContexts',
    clause: '6.29.3.2',
    summary: 'List the stored @contexts',
    parameters: ['details', 'kind'],
    answers: { 200: 'ContextList' },
    handle: (call, { contexts }) => {
      const given = call.query.get('kind');
      const kind = contextKinds.find((known) => known === given);
      if (given !== null && !kind) throw new Problem('bad-data', `kind is one of ${contextKinds.join(', ')}`, 'kind');
      const details = flag(call, 'details');
      accepted(call, ['application/json']);
      const found = contexts.list(kind);
      return Promise.resolve({ status: 200, body: details ? found : found.map(({ URL }) => URL) });
    },
  },
  {
    name: 'retrieveContext',
    method: 'GET',
    path: '/jsonldContexts/{contextId}',
    clause: '6.30.3.1',
    summary: 'Serve a stored @context',
    parameters: ['details'],
    answers: { 200: 'ContextDocument', 422: 'ProblemDetails' },
    handle: async (call, { contexts }) => {
      const id = call.of['contextId'] ?? '';
      const media = accepted(call, ['application/json', 'application/ld+json']);
      if (flag(call, 'details')) return { status: 200, body: contexts.details(id) };
      return { status: 200, headers: { 'content-type': media }, body: await contexts.serve(id) };
    },
  },
  {
    name: 'deleteContext',
    method: 'DELETE',
    path: '/jsonldContexts/{contextId}',
    clause: '6.30.3.2',
    summary: 'Remove a stored @context, or download a Cached one again',
    parameters: ['reload'],
    answers: { 204: null, 504: 'ProblemDetails' },
    handle: async (call, { contexts }) => {
      const id = call.of['contextId'] ?? '';
      if (flag(call, 'reload')) await contexts.reload(id);
      else await contexts.delete(id);
      return { status: 204 };
    },
  },
];

/** 5.13.2.3: what stands beside the @context is left away. */
function documentOf(call: Call): ContextDocument {
  checkMedia(call);
  const json = parseJson(call.body);
  if (!isObject(json) || json['@context'] === undefined) {
    throw new Problem('invalid-request', 'an object with a member @context is wanted', '@context');
  }
  return { '@context': json['@context'] as ContextDocument['@context'] };
}
