import { parsePage, representSubscription, type Context } from '../../ngsild/index.ts';
import { accepted, bodyOf, document, linkedContext, optionsOf, type Call, type MediaType } from './call.ts';
import { jsonBody, patchBody, type Operation } from './operation.ts';
import { paged } from './paging.ts';
import type { Shown } from '../subscriptions/index.ts';

const shownAs: readonly MediaType[] = ['application/json', 'application/ld+json'];
const root = '/ngsi-ld/v1/subscriptions';

/** `/subscriptions`, 6.10, and `/subscriptions/{subscriptionId}`, 6.11. */
export const subscriptions: readonly Operation[] = [
  {
    name: 'createSubscription',
    method: 'POST',
    path: '/subscriptions',
    clause: '6.10.3.1',
    summary: 'Subscribe',
    parameters: [],
    makesTenant: true,
    body: jsonBody('Subscription'),
    answers: { 201: null, 409: 'ProblemDetails' },
    handle: async (call, deps) => {
      const { json, ...request } = await bodyOf(call, deps.contexts);
      const id = await deps.subscriptions.create(call.who, call.tenant, json, request, call.cause);
      return { status: 201, headers: { location: `${root}/${encodeURIComponent(id)}` } };
    },
  },
  {
    name: 'querySubscription',
    method: 'GET',
    path: '/subscriptions',
    clause: '6.10.3.2',
    summary: 'List subscriptions',
    parameters: ['limit', 'offset', 'count', 'options'],
    options: ['sysAttrs', 'count'],
    answers: { 200: 'SubscriptionList' },
    handle: async (call, deps) => {
      const { context, named } = await linkedContext(call, deps.contexts);
      const page = parsePage(new Map(call.query));
      const media = accepted(call, shownAs);
      const { shown, count } = await deps.subscriptions.query(call.who, call.tenant, page);
      const body = shown.map((one) => represent(call, one, context));
      const more = page.offset + body.length < count;
      // The pages of a list have one path, whether or not the request ended in a slash.
      const headers = paged({ ...call, path: root }, { ...page, more }, page.count ? count : undefined, media);
      return document(media, named, body, { headers });
    },
  },
  {
    name: 'retrieveSubscription',
    method: 'GET',
    path: '/subscriptions/{subscriptionId}',
    clause: '6.11.3.1',
    summary: 'Retrieve a subscription',
    parameters: ['options'],
    options: ['sysAttrs'],
    answers: { 200: 'Subscription' },
    handle: async (call, deps) => {
      const { context, named } = await linkedContext(call, deps.contexts);
      const media = accepted(call, shownAs);
      const shown = await deps.subscriptions.retrieve(call.who, call.tenant, call.of['subscriptionId'] ?? '');
      return document(media, named, represent(call, shown, context));
    },
  },
  {
    name: 'updateSubscription',
    method: 'PATCH',
    path: '/subscriptions/{subscriptionId}',
    clause: '6.11.3.2',
    summary: 'Change a subscription',
    listWithoutId: true,
    parameters: [],
    body: patchBody('SubscriptionFragment'),
    answers: { 204: null },
    handle: async (call, deps) => {
      const { json, context } = await bodyOf(call, deps.contexts);
      const id = call.of['subscriptionId'] ?? '';
      await deps.subscriptions.update(call.who, call.tenant, id, json, context, call.cause);
      return { status: 204 };
    },
  },
  {
    name: 'deleteSubscription',
    method: 'DELETE',
    path: '/subscriptions/{subscriptionId}',
    clause: '6.11.3.3',
    summary: 'End a subscription',
    listWithoutId: true,
    parameters: [],
    answers: { 204: null },
    handle: async (call, deps) => {
      await deps.subscriptions.delete(call.who, call.tenant, call.of['subscriptionId'] ?? '', call.cause);
      return { status: 204 };
    },
  },
];

function represent(call: Call, { subscription, state }: Shown, context: Context) {
  const sysAttrs = optionsOf(call.query).includes('sysAttrs');
  return representSubscription(subscription, state, context, { sysAttrs });
}
