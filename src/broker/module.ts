import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log } from '../base/log.ts';
import type { Metrics } from '../base/metrics.ts';
import { brokerAccess } from './access.ts';
import { brokerApi } from './api.ts';
import { demandAction, eventStream, refuse, whileAllowed, type Guard } from '../http/index.ts';
import type { Principal } from '../http/principal.ts';
import type { Module } from '../http/module.ts';
import type { Writer } from '../store/writer.ts';
import type { Policy } from '../trust/index.ts';
import type { Broker } from './broker.ts';
import type { Contexts } from './contexts/index.ts';
import { entityService } from './entities.ts';
import { ngsiHandler } from './http.ts';
import type { Live, LiveChange } from './live.ts';
import { temporalService } from './temporal.ts';
import type { Tenants } from './tenants.ts';
import type { Models } from './models/index.ts';
import { subscriptionRoutes, type Subscriptions } from './subscriptions/index.ts';
import { tileRoutes } from './tiles/routes.ts';
import type { Tiles } from './tiles/service.ts';

/** Lines that a reader who was away is told at most. */
const missedMax = 50;

/** The broker's routes: `/ngsi-ld/v1/*`, the live stream `/api/live` and map tiles `/api/tiles/*`. Its pages are a module of their own. */
export function brokerModule(deps: {
  broker: Broker;
  live: Live;
  writer: Writer;
  policy: Policy;
  contexts: Contexts;
  tenants: Tenants;
  models: Models;
  subscriptions: Subscriptions;
  tiles: Tiles;
  /** Values of the past in one answer of the temporal API. */
  temporalPage: number;
  log: Log;
  metrics: Metrics;
  /** One change as the data of a `change` event, in the reader's language. */
  describe: (change: LiveChange, language: string, who: Principal) => unknown;
}): Module {
  const { broker, live, writer, policy, contexts, models, tenants, subscriptions, tiles, log, metrics, describe } =
    deps;
  const entities = entityService({ writer, policy, view: broker.view, models });
  const now = () => writer.now();
  const { service, readers } = subscriptions;
  const ngsi = ngsiHandler({
    broker,
    entities,
    temporal: temporalService({ writer, broker, policy, models }),
    temporalPage: deps.temporalPage,
    contexts,
    tenants,
    subscriptions: service,
    now,
    log,
    metrics,
  });
  const streams = new Set<() => void>();
  metrics.gauge('chorsu_live_readers', 'Open live streams', () => streams.size);
  return {
    name: 'broker',
    handle(request, response, guard) {
      if (ngsi(request, response, guard) || readers.handle(request, response, guard)) return true;
      const url = request.url ?? '';
      if (request.method !== 'GET' || !(url === '/api/live' || url.startsWith('/api/live?'))) return false;
      const who = readerOf(request, response, guard, log);
      if (!who) return true;
      const query = new URLSearchParams(url.slice('/api/live'.length));
      const language = query.get('lang') ?? 'en';
      const after = Number(request.headers['last-event-id'] ?? query.get('after') ?? Number.NaN);
      const end = (): void => {
        over();
        unsubscribe();
        streams.delete(stop);
      };
      const stop = (): void => {
        response.end();
      };
      const over = whileAllowed(guard, { headers: request.headers, who, action: 'readEntities' }, stop);
      const stream = eventStream(response, end);
      const send = (changes: readonly LiveChange[]): void => {
        for (const change of changes) stream.send('change', describe(change, language, who), change.seq);
      };
      // Whoever comes back gets what was worth a line meanwhile, oldest first.
      const missed = Number.isFinite(after) ? live.recent(who, missedMax) : Promise.resolve([]);
      let first: Promise<void> | undefined = missed
        .then((recent) => send(recent.filter(({ seq }) => seq > after).toReversed()))
        .catch((error: unknown) => log.error('live: what was missed could not be told', { error: String(error) }))
        .finally(() => (first = undefined));
      const unsubscribe = live.subscribe(
        who,
        (changes) => void (first ? first.then(() => send(changes)) : send(changes)),
      );
      streams.add(stop);
      return true;
    },
    api: brokerApi,
    access: brokerAccess,
    upgrade: (request, socket, head, guard) => readers.upgrade(request, socket, head, guard),
    routes: (app) => {
      tileRoutes(app, tiles);
      subscriptionRoutes(app, { subscriptions, tenants });
      app.get('/api/models', (c) => c.json({ models: models.list() }));
    },
    stop: async () => {
      for (const stop of streams) stop();
      await live.stop();
      await tiles.close();
    },
  };
}

/** Who follows; undefined: whoever it is may not, and was told so. */
function readerOf(request: IncomingMessage, response: ServerResponse, guard: Guard, log: Log): Principal | undefined {
  try {
    const who = guard.authenticate(request.headers);
    demandAction(guard, who, 'readEntities');
    return who;
  } catch (error) {
    refuse(response, error, log);
    return undefined;
  }
}
