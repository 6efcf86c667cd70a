/** Endpoints of subscriptions that misbehave until they are told to be well, and what arrived at them. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Random } from '../../src/base/random.ts';

/** `away`: nobody listens; `hangsUp`: breaks the connection off, sometimes when it has taken the notification already. */
const behaviours = ['well', 'well', 'well', 'well', 'slow', 'fails', 'hangs', 'away', 'busy', 'hangsUp'] as const;
export type Behaviour = (typeof behaviours)[number];
export const behaviourOf = (n: number): Behaviour => behaviours[n % behaviours.length] ?? 'well';

export type Endpoints = {
  urlOf(n: number): string;
  /** Values of the entity of subscription `n`, each when it arrived first (ms of `performance.now`). */
  arrived(n: number): readonly number[];
  /** How many values came once more, and how many before one that had to come first. */
  readonly repeated: number;
  readonly outOfOrder: number;
  /** From here on all answer. */
  heal(): void;
  close(): void;
};

/** The values of a subscription are to be 1, 2, 3 ... */
export async function openEndpoints(random: Random): Promise<Endpoints> {
  const arrivals = new Map<number, number[]>();
  let [repeated, outOfOrder, healed] = [0, 0, false];
  const hanging = new Set<ServerResponse>();

  const receive = (n: number, body: string): void => {
    const { data } = JSON.parse(body) as { data: { v: number }[] };
    const known = arrivals.get(n) ?? [];
    arrivals.set(n, known);
    for (const { v } of data) {
      if (v <= known.length) repeated++;
      else if (v === known.length + 1) known.push(performance.now());
      else outOfOrder++;
    }
  };
  const answer = (request: IncomingMessage, response: ServerResponse, body: string): void => {
    const n = Number(request.url?.slice(1));
    const luck = random.next();
    const take = (): void => {
      receive(n, body);
      response.writeHead(200).end();
    };
    switch (healed ? 'well' : behaviourOf(n)) {
      case 'slow':
        setTimeout(take, random.int(50, 250));
        return;
      case 'fails':
        return luck < 0.2 ? void response.writeHead(500).end() : take();
      case 'busy':
        return luck < 0.2 ? void response.writeHead(503, { 'retry-after': '1' }).end() : take();
      case 'hangs':
        hanging.add(response);
        return;
      case 'hangsUp':
        if (luck < 0.1) receive(n, body);
        return luck < 0.2 ? void request.socket.destroy() : take();
      default:
        take();
    }
  };
  const open = () =>
    createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => answer(request, response, body));
    });
  const [present, away] = [open(), open()];
  present.listen(0, '127.0.0.1');
  away.listen(0, '127.0.0.1');
  await Promise.all([once(present, 'listening'), once(away, 'listening')]);
  const [port, awayPort] = [present, away].map((one) => (one.address() as AddressInfo).port);
  away.close();
  return {
    urlOf: (n) => `http://127.0.0.1:${behaviourOf(n) === 'away' ? awayPort : port}/${n}`,
    arrived: (n) => arrivals.get(n) ?? [],
    get repeated() {
      return repeated;
    },
    get outOfOrder() {
      return outOfOrder;
    },
    heal() {
      healed = true;
      for (const response of hanging) response.writeHead(500).end();
      away.listen(awayPort, '127.0.0.1');
    },
    close() {
      for (const one of [present, away]) {
        one.closeAllConnections();
        one.close();
      }
    },
  };
}
