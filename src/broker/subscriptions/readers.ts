/** `/api/subscriptions/{id}/events`: the stream of a subscription as server-sent events, or over WebSocket. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Log } from '../../base/log.ts';
import { Problem } from '../../base/problem.ts';
import {
  demandAction,
  eventStream,
  type Guard,
  problemDetails,
  refuse,
  socketStream,
  whileAllowed,
} from '../../http/index.ts';
import type { Principal } from '../../http/principal.ts';
import type { Tenant } from '../../store/ports.ts';
import type { Tenants } from '../tenants.ts';
import type { Ownership } from './ownership.ts';
import type { Streams } from './streams.ts';

export type StreamReaders = {
  /** False when the path is not its own. */
  handle(request: IncomingMessage, response: ServerResponse, guard: Guard): boolean;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, guard: Guard): boolean;
  stop(): void;
};

const path = /^\/api\/subscriptions\/([^/?]+)\/events(?:\?(.*))?$/;

type Asked = {
  readonly who: Principal;
  readonly tenant: Tenant;
  readonly id: string;
  readonly after: string | undefined;
};

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Problem('invalid-request', `"${text}" is not a correctly encoded path`);
  }
}

export function streamReaders(deps: {
  streams: Streams;
  tenants: Pick<Tenants, 'get'>;
  ownership: Ownership;
  log: Log;
}): StreamReaders {
  const { streams, tenants, ownership, log } = deps;
  const open = new Set<() => void>();

  /** A browser cannot give a header with either: what stands in the query counts too. @throws Problem */
  const askedBy = (match: RegExpExecArray, { headers }: IncomingMessage, guard: Guard): Asked => {
    const who = guard.authenticate(headers);
    demandAction(guard, who, 'subscribe');
    const query = new URLSearchParams(match[2] ?? '');
    const tenant = headers['ngsild-tenant'] ?? query.get('tenant') ?? undefined;
    const last = headers['last-event-id'] ?? query.get('after') ?? undefined;
    return {
      who,
      tenant: tenant === undefined ? 0 : tenants.get(who, String(tenant)),
      id: decoded(match[1] ?? ''),
      after: last === undefined || last === '' ? undefined : String(last),
    };
  };

  const events = async (
    asked: Asked,
    request: IncomingMessage,
    response: ServerResponse,
    guard: Guard,
  ): Promise<void> => {
    let end = (): void => {};
    let gone = false;
    let stream: ReturnType<typeof eventStream> | undefined;
    const close = (): void => {
      gone = true;
      over();
      end();
      open.delete(leave);
    };
    const leave = (): void => void response.end();
    const over = whileAllowed(guard, { headers: request.headers, who: asked.who, action: 'subscribe' }, leave);
    try {
      await ownership.find(asked.who, asked.tenant, asked.id);
      end = await streams.open(asked, async ({ id, notification }) => {
        stream ??= eventStream(response, close);
        stream.send('notification', notification, id);
        await stream.drained();
      });
    } catch (error) {
      over();
      throw error;
    }
    open.add(leave);
    stream ??= eventStream(response, close);
    if (gone) end();
  };

  return {
    handle(request, response, guard) {
      const match = path.exec(request.url ?? '');
      if (!match || request.method !== 'GET') return false;
      Promise.resolve()
        .then(() => events(askedBy(match, request, guard), request, response, guard))
        .catch((error: unknown) => refuse(response, error, log));
      return true;
    },
    upgrade(request, socket, head, guard) {
      const match = path.exec(request.url ?? '');
      if (!match) return false;
      let end = (): void => {};
      let gone = false;
      let leave = (): void => {};
      let over = (): void => {};
      socketStream(
        request,
        socket,
        head,
        (stream) => {
          leave = () => stream.end(1000, 'the program is stopping');
          open.add(leave);
          Promise.resolve()
            .then(async () => {
              const asked = askedBy(match, request, guard);
              const { who, tenant, id } = asked;
              await ownership.find(who, tenant, id);
              over = whileAllowed(guard, { headers: request.headers, who, action: 'subscribe' }, leave);
              return streams.open(asked, (event) => stream.send(event));
            })
            .then(
              (ended) => {
                end = ended;
                if (!gone) return;
                over();
                end();
              },
              (error: unknown) => {
                const { detail } = problemDetails(error, log);
                stream.end(error instanceof Problem ? 1008 : 1011, detail);
              },
            );
        },
        () => {
          gone = true;
          open.delete(leave);
          over();
          end();
        },
      );
      return true;
    },
    stop() {
      for (const leave of open) leave();
    },
  };
}
