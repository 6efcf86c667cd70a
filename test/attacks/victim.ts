/** The city that is attacked, and how one sees that it still stands. */
import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { TestCity } from '../fixtures/testCity.ts';

/** An attack may cost memory while it lasts; it does not grow with what the attacker sends. */
const growthMaxBytes = 400_000_000;

export type Victim = {
  /** After each attack: it answers, and has not grown. */
  stands(): Promise<void>;
  /** Sends bytes as they are and gives back what came until the end, or until `ms` have passed. */
  send(bytes: string | Uint8Array, ms?: number): Promise<string>;
  /** A connection that does as it likes. */
  connection(): Promise<Socket>;
};

export function victim(city: Pick<TestCity, 'url'>): Victim {
  const { port } = new URL(city.url);
  const before = process.memoryUsage.rss();
  const connection = (): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.off('error', reject);
        // What the server does to an attacker's connection is no failure of the test.
        socket.on('error', () => {});
        resolve(socket);
      });
      socket.once('error', reject);
    });
  return {
    async stands() {
      const answer = await fetch(`${city.url}/healthz`);
      assert.equal(await answer.text(), 'ok\n');
      const grown = process.memoryUsage.rss() - before;
      assert.ok(grown < growthMaxBytes, `memory has grown by ${Math.round(grown / 1e6)} MB`);
    },
    async send(bytes, ms = 1_000) {
      const socket = await connection();
      let heard = '';
      socket.on('data', (chunk) => (heard += String(chunk)));
      const ended = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
      socket.write(bytes);
      await Promise.race([ended, wait(ms, undefined, { ref: false })]);
      socket.destroy();
      return heard;
    },
    connection,
  };
}

/** The status of an answer as it came over the wire. */
export const statusOf = (heard: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(heard)?.[1] ?? 0);
