/** What the routes of the broker do; those of its pages stand with them. */
import type { Access, Action } from '../http/index.ts';
import { operations, type Operation } from './ngsi/operations.ts';

/** What an operation of clause 6 does. Which types of entities it may do it to is asked where they are known. */
export function actionOf({ method, path }: Operation): Action {
  if (path.startsWith('/subscriptions')) return 'subscribe';
  if (path.startsWith('/jsonldContexts')) return method === 'GET' ? 'readContexts' : 'manageContexts';
  if (method === 'GET' || path.endsWith('Operations/query')) return 'readEntities';
  return method === 'DELETE' || path.endsWith('/delete') || path.endsWith('/purge')
    ? 'deleteEntities'
    : 'writeEntities';
}

export const brokerAccess: Access = {
  ...Object.fromEntries(operations.map((one) => [`${one.method} /ngsi-ld/v1${one.path}`, actionOf(one)])),
  'GET /api/live': 'readEntities',
  'GET /api/tiles/*': 'readEntities',
  'GET /api/models': 'viewPublic',
  'GET /api/subscriptions': 'subscribe',
  'GET /api/subscriptions/:id{[^/]+}': 'subscribe',
  'GET /api/subscriptions/:id/events': 'subscribe',
  'GET /api/subscriptions/:id{[^/]+}/dead-letters': 'subscribe',
  'POST /api/subscriptions/:id{[^/]+}/dead-letters/replay': 'subscribe',
  'POST /api/subscriptions/:id{[^/]+}/replay': 'subscribe',
};
